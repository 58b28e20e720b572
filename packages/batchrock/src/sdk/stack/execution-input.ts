import { InputError } from '@batchrock/core';
import type { WithAnswerSchema } from '../../request/answer-schema.ts';
import type { Question, RunRequest } from '../../request/request.ts';
import type { StackFamily } from './stack-family.ts';

/** Where the rows of an execution come from: the keys of its input that say it. */
export type InputSource =
  | { readonly s3_uri: string }
  | { readonly dataset_id: string; readonly split?: string; readonly config?: string; readonly revision?: string };

/** The input of an execution, but for the folder of its results. */
export type ExecutionInput = InputSource & Readonly<Record<string, unknown>>;

/** What the functions of an orchestrator do not do, by the options that ask for it. */
const NOT_ON_A_STACK = {
  bucket: 'its bucket is that of the stack',
  outputBucket: 'its bucket is that of the stack',
  prefix: 'its keys are those of the stack',
  regions: 'its jobs are in its Region',
  residency: 'its jobs are where its models send them',
  roleArn: "Bedrock's role is that of the stack",
  kmsKey: 'its jobs are encrypted as its bucket is',
  bucketOwner: 'its bucket is that of the stack',
  subnets: 'its jobs are in no network of the account',
  securityGroups: 'its jobs are in no network of the account',
  tags: 'its jobs have no tags',
  localSpeed: 'its clock is that of the account',
  invocationType: 'it follows from the model and its family',
  delimiter: 'its functions find the delimiter in the header',
  maxExpansion: 'its functions take the usual bounds of compressed files',
  inputFormat: 'its datasets have columns, and a prompt',
  recordsPerJob: '--max-records-per-job bounds its jobs',
  cache: 'answers are kept on this machine, and its runs are driven in the account',
  tail: 'its functions pad what is below the minimum of a job',
  tailConcurrency: 'its functions ask for nothing on demand',
  deadlineMs: 'its functions ask for nothing on demand',
  strict: 'a bad row is one row of its results with a reason',
  maxCostUsd: 'its executions know no ceiling; batchrock plan tells what the run will cost',
} satisfies Partial<Record<keyof RunRequest, string>>;

/** Throws `BR-E0112` for an option that means nothing to an orchestrator. */
export function checkStackRequest(request: RunRequest, stack: string): void {
  if (request.dedupe === 'run') {
    throw new InputError('BR-E0112', `--dedupe run does not go with --stack ${stack}: its functions compare the rows of a job`, {
      hint: 'take --dedupe part, or leave out --stack to drive the run from this machine',
      details: { option: 'dedupe' },
    });
  }
  for (const [name, why] of Object.entries(NOT_ON_A_STACK)) {
    const asked = request[name as keyof typeof NOT_ON_A_STACK];
    if (asked === undefined || asked === false) continue;
    const option = flagOf(name);
    throw new InputError('BR-E0112', `--${option} does not go with --stack ${stack}: ${why}`, {
      hint: `leave out --${option}, or --stack to drive the run from this machine`,
      details: { option },
    });
  }
}

/** The name of an option on the command line, where lists are given item by item. */
function flagOf(name: string): string {
  return name.replace(/Usd$|Ms$|s$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A question in the words of an execution's input. `isNamedThere`: its prompt is one of the stack's own, by its id. */
export function executionInput(
  source: InputSource,
  question: WithAnswerSchema<Question & Pick<RunRequest, 'maxErrorRate'>>,
  {
    isNamedThere,
    family,
  }: { readonly isNamedThere: boolean; readonly family?: Pick<StackFamily, 'name' | 'sha256'> | undefined },
): ExecutionInput {
  const { system, params, textColumn, slots, timeoutHours, sample, dedupe, maxErrorRate } = question;
  const all: Record<string, unknown> = {
    ...source,
    model_id: question.model,
    family: family?.name,
    family_sha256: family?.sha256,
    ...(isNamedThere ? { prompt_id: question.promptId } : { prompt: question.prompt }),
    system,
    text_column: textColumn,
    schema: question.answerSchema?.schema,
    params: params === undefined || Object.keys(params).length === 0 ? undefined : params,
    max_records_total: question.maxRecords,
    max_num_jobs: question.maxJobs,
    max_records_per_job: question.maxRecordsPerJob,
    sample,
    dedupe,
    max_attempts: question.maxAttempts,
    max_error_rate: maxErrorRate,
    slots,
    timeout_hours: timeoutHours,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as ExecutionInput;
}
