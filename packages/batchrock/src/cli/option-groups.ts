import type { Dedupe, OnUnsupported } from '@batchrock/core';
import { type Command, Option } from 'commander';
import type { InputFormat } from '../request/request.ts';
import type { OutputOptions } from './output-options.ts';
import {
  dedupe as dedupeOf,
  delimiter as delimiterOf,
  hostNames,
  list,
  milliseconds,
  nameAndValue,
  oneMore,
  positiveNumber,
  someMore,
  tag as tagOf,
  wholeNumber,
} from './values.ts';

/** Options of commands that ask a question of a dataset. */
export interface QuestionFlags {
  /** There, unless `splitModels` is. */
  readonly model?: string;
  readonly splitModels?: boolean;
  readonly fetchImages?: boolean;
  readonly fetchImagesFrom?: readonly string[];
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly system?: string;
  readonly textColumn?: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly schema?: string;
  readonly family?: string;
  readonly invocationType?: 'invoke-model' | 'converse';
  readonly catalogue?: string;
  readonly promptId?: string;
  readonly promptsDir?: string;
  readonly inputFormat?: InputFormat;
  readonly onUnsupported?: OnUnsupported;
  readonly format?: 'csv' | 'tsv' | 'jsonl';
  readonly maxExpansion?: number;
  readonly s3EndpointUrl?: string;
  readonly datasetId?: string;
  readonly split?: string;
  readonly config?: string;
  readonly revision?: string;
  readonly delimiter?: string;
  readonly recordsPerJob?: number;
  readonly maxRecords?: number;
  readonly maxRecordsPerJob?: number;
  readonly maxJobs?: number;
  readonly sample?: number;
  readonly slots?: number;
  readonly expectOutputTokens?: number;
  readonly maxAttempts?: number;
  readonly timeoutHours?: number;
  readonly tail?: 'on-demand';
  readonly tailConcurrency?: number;
  readonly deadline?: number;
  readonly tag?: Readonly<Record<string, string>>;
  readonly subnet?: readonly string[];
  readonly securityGroup?: readonly string[];
  readonly strict?: boolean;
  readonly dedupe?: Dedupe;
  readonly cache?: boolean;
}

/** Options that say where jobs run. */
export interface TargetFlags {
  readonly bucket?: string;
  readonly outputBucket?: string;
  readonly prefix?: string;
  readonly roleArn?: string;
  readonly kmsKey?: string;
  readonly bucketOwner?: string;
  readonly region?: string;
  readonly regions?: readonly string[];
  readonly residency?: readonly string[];
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly localSpeed?: number;
}

/** Options that say whose runs are meant: those of this machine, or those of a stack. */
interface StackFlags {
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
}

/** What every command has. */
export interface CommonFlags extends OutputOptions, StackFlags {
  readonly stateDir?: string;
  readonly notify?: readonly string[];
}

/** Adds the options that say what is asked of which rows. */
export function withRows(command: Command): Command {
  return command
    .optionsGroup('Question:')
    .requiredOption('--model <id>', 'model id, cross-Region profile id or ARN')
    .option('--prompt <text>', "the user's turn; {column} is a cell, {{ a brace")
    .option('--prompt-file <file>', 'the same, from a file')
    .option('--prompt-id <id>', 'the same, from <id>.md in the folder of prompts')
    .option('--prompts-dir <dir>', 'the folder of prompts (default: prompts)')
    .option('--system <text>', 'the system prompt; may name columns too')
    .option('--text-column <name>', 'embedding models: what to embed (default: input_text)')
    .addOption(new Option('--param <name=value>', 'a request parameter: temperature=0; repeatable').argParser(nameAndValue))
    .option('--schema <file>', 'a JSON schema that every answer has to be by')
    .option('--family <name>', 'how to speak to a model that is not known, or ./x.js')
    .addOption(
      new Option('--invocation-type <type>', 'the same: converse suits any chat model').choices(['invoke-model', 'converse']),
    )
    .option('--catalogue <file>', 'JSON that changes what is known of models')
    .optionsGroup('Dataset:')
    .addOption(
      new Option('--input-format <what>', 'rows for a prompt, records, OpenAI lines (default: found)').choices([
        'rows',
        'bedrock',
        'openai',
      ]),
    )
    .addOption(
      new Option('--on-unsupported <what>', 'OpenAI lines: what the model cannot be told (default: error)').choices([
        'error',
        'warn',
        'drop',
      ]),
    )
    .option('--delimiter <character>', 'CSV: between cells, or "tab" (default: found)', delimiterOf)
    .option('--max-expansion <n>', 'what is compressed: times as large (default: 500)', wholeNumber(1))
    .option('--s3-endpoint-url <url>', 'S3 elsewhere, for s3:// datasets')
    .option('--dataset-id <owner/name>', 'a dataset of Hugging Face, as hf://owner/name (HF_TOKEN)')
    .option('--split <name>', 'Hugging Face: the split (default: train)')
    .option('--config <name>', 'Hugging Face: the config, where it has several')
    .option('--revision <name>', "Hugging Face: the owner's own files at a branch or commit");
}

/** Adds what may be done with OpenAI lines before they are sent. Where they say their models themselves, none has to be given. */
export function withLineOptions(command: Command): Command {
  const model = command.options.find((each) => each.long === '--model');
  return command
    .option('--split-models', 'OpenAI lines: a run for each model that they name')
    .option('--fetch-images', 'OpenAI lines: fetch images behind https URLs')
    .option('--fetch-images-from <host,...>', 'the same, from these hosts alone (*.host: below it)', hostNames)
    .on('option:split-models', () => model?.makeOptionMandatory(false));
}

/** Adds the options of a question. */
export function withQuestion(command: Command): Command {
  return withLineOptions(withRows(command))
    .addOption(new Option('--format <format>', "default: by the file's name").choices(['csv', 'tsv', 'jsonl', 'parquet']))
    .option('--max-records <n>', 'the first n rows alone', wholeNumber(1))
    .option('--sample <n>', 'n rows drawn by chance, the same for the same content', wholeNumber(1))
    .option('--strict', 'a bad row ends the run before anything is sent')
    .optionsGroup('Jobs:')
    .option('--slots <n>', "jobs at once (default: the model's quota)", wholeNumber(1, 10_000))
    .option('--records-per-job <n>', 'default: planned from the dataset', wholeNumber(1))
    .option('--max-records-per-job <n>', 'planned, but no more than n', wholeNumber(1))
    .option('--max-jobs <n>', 'n jobs at most; what does not go in is left out', wholeNumber(1))
    .addOption(
      new Option('--dedupe [among]', 'the same request once: not again in its job (part), or in the run (run)')
        .argParser(dedupeOf)
        .preset('part'),
    )
    .option('--cache', 'the same request once among all runs that say so')
    .option('--max-attempts <n>', 'most times that a record is sent (default: 3)', wholeNumber(1, 100))
    .option('--expect-output-tokens <n>', 'of an answer, to estimate cost (default: 256)', wholeNumber(1))
    .option('--timeout-hours <n>', 'of a job, 24 to 168 (default: 24)', wholeNumber(24, 168))
    .addOption(new Option('--tail <how>', 'what is below the minimum: on-demand, at full price').choices(['on-demand']))
    .option('--tail-concurrency <n>', 'records of it at once (default: 8)', wholeNumber(1, 256))
    .option('--deadline <time>', 'with --tail: 6h after its begin all goes on demand', milliseconds)
    .addOption(new Option('--tag <name=value>', 'of a job, for who pays; repeatable (BATCHROCK_TAGS)').argParser(tagOf))
    .addOption(new Option('--subnet <id>', 'jobs reach S3 from here; repeatable (BATCHROCK_SUBNETS)').argParser(someMore))
    .addOption(new Option('--security-group <id>', 'the same (BATCHROCK_SECURITY_GROUPS)').argParser(someMore));
}

/** The option that chooses how whole answers stand in results. */
export function shapeOption(): Option {
  const option = new Option('--shape <shape>', 'of whole answers: as OpenAI has them, in columns, or as they came');
  return option.choices(['openai', 'flat', 'raw']);
}

/** Adds the options of a target. */
export function withTarget(command: Command): Command {
  return command
    .optionsGroup('Where it runs (no bucket: the local Bedrock, synthetic answers):')
    .option('--bucket <name>', 'S3 bucket in the same Region (BATCHROCK_BUCKET)')
    .option('--output-bucket <name>', 'where Bedrock writes, if elsewhere')
    .option('--prefix <path>', 'key prefix in the bucket (BATCHROCK_PREFIX)')
    .option('--role-arn <arn>', "Bedrock's role to it (BATCHROCK_ROLE_ARN)")
    .option('--kms-key <key>', 'encrypt by it, or REGION=KEY,... (BATCHROCK_KMS_KEY)')
    .option('--bucket-owner <account>', 'whose it must be (BATCHROCK_BUCKET_OWNER)')
    .option('--region <name>', 'AWS Region (AWS_REGION)')
    .option('--regions <name,...>', 'jobs in several, also NAME=BUCKET (BATCHROCK_REGIONS)', list)
    .option('--residency <name,...>', 'the only Regions that rows may come to', list)
    .option('--profile <name>', 'profile of the AWS configuration (AWS_PROFILE)')
    .option('--endpoint-url <url>', 'Bedrock and S3 elsewhere (BATCHROCK_ENDPOINT_URL)')
    .option('--local-speed <factor>', "how fast the local Bedrock's clock runs", positiveNumber);
}

/** The option that says whom a run tells how it came out. What it is given may be a secret, and is read where no message quotes it. */
export function notifyOption(): Option {
  return new Option('--notify <target>', 'tell of its end: https://, SNS, EventBridge; repeatable').argParser(oneMore);
}

/** Adds the option that names a stack, where the others of a target are there already. */
export function withStackName(command: Command): Command {
  return command.option('--stack <name>', 'in an account: the stack of an orchestrator (BATCHROCK_STACK)');
}

/** Adds the options that name a stack and where it is. */
export function withStack(command: Command): Command {
  return withPlace(withStackName(command.optionsGroup('Runs of an orchestrator in an account:')));
}

/** Adds the options that name the stack of a queue and where it is. */
export function withQueue(command: Command): Command {
  return withPlace(
    command.optionsGroup('The queue:').option('--stack <name>', 'the stack of the queue (BATCHROCK_STACK); required'),
  );
}

function withPlace(command: Command): Command {
  return command
    .option('--region <name>', 'AWS Region of the stack (AWS_REGION)')
    .option('--profile <name>', 'profile of the AWS configuration (AWS_PROFILE)')
    .option('--endpoint-url <url>', 'one server in place of AWS (BATCHROCK_ENDPOINT_URL)');
}
