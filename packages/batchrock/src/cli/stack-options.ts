import { resolve } from 'node:path';
import { Argument, type Command, Option } from 'commander';
import { nameAndValue, oneMore, wholeNumber } from './values.ts';

/** What can be deployed, as the command line calls it. */
export const STACKS = ['orchestrator', 'queue'] as const;
export type StackName = (typeof STACKS)[number];

/** Options that say which stack is meant, and what it is to be. */
export interface StackFlags {
  readonly stack?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly context?: Readonly<Record<string, string>>;
}

/** Turns a text into the value of an option, beside what came before of one that is repeatable. */
type Parse = (text: string, before?: never) => unknown;

/** An option of a construct. */
interface StackOption {
  readonly made: Option;
  /** The property of the construct that it sets. */
  readonly property: string;
  readonly stacks: readonly StackName[];
}

const both = STACKS;
const memory = wholeNumber(512, 10_240);

/** Every option of the stacks; a stack takes those that name it. */
const STACK_OPTIONS: readonly StackOption[] = [
  option('--model <id>', 'modelId', ['queue'], 'of files whose key names none'),
  option('--role-arn <arn>', 'bedrockRole', ['queue'], "Bedrock's role, in place of a new one"),
  option('--allow-model <id>', 'models', both, 'that jobs may use; repeatable (default: all)', oneMore),
  option('--family <path>', 'families', both, 'one of your own (./x.js); repeatable', oneMore),
  option(
    '--slots <n>',
    'maxSubmittedAndInProgressJobs',
    both,
    "a model's jobs at once (default: its quota)",
    wholeNumber(1, 10_000),
  ),
  option(
    '--timeout-hours <n>',
    'bedrockBatchInferenceTimeoutHours',
    both,
    'of a job, 24 to 168 (default: 24)',
    wholeNumber(24, 168),
  ),
  option('--records-per-job <n>', 'maxRecordsPerJob', both, 'at most (default: planned)', wholeNumber(1)),
  option('--max-records <n>', 'maxTotalRecords', ['orchestrator'], 'rows of a dataset (default: all)', wholeNumber(1)),
  option('--results-format <format>', 'resultsFormat', ['orchestrator'], '(default: parquet)', ['parquet', 'csv']),
  option('--bucket <name>', 'bucket', both, 'one that is there, in place of a new one'),
  option('--new-bucket <name>', 'bucketName', ['queue'], 'the name of the new one'),
  option('--table <name>', 'table', both, 'the ledger of a former stack, in place of a new one'),
  option('--dataset-bucket <name>', 'datasetBuckets', ['orchestrator'], 'read for datasets too; repeatable', oneMore),
  option('--prepare-memory <mb>', 'preprocessFunctionMemoryMb', both, '512 to 10240 (default: 3008)', memory),
  option('--collect-memory <mb>', 'postprocessFunctionMemoryMb', both, '512 to 10240 (default: 3008)', memory),
  option('--files <n>', 'maxConcurrentFiles', ['queue'], 'files taken in at once, 2 to 1000', wholeNumber(2, 1000)),
  option('--collections <n>', 'maxConcurrentCollections', both, 'jobs collected at once, 2 to 1000', wholeNumber(2, 1000)),
  option('--alarm-topic <arn>', 'notificationTopic', both, 'the SNS topic that alarms are told to'),
  option('--no-dashboard', 'dashboard', ['queue'], 'no dashboard in CloudWatch'),
  option('--log-days <n>', 'logRetentionDays', both, 'logs are kept (default: 30)', wholeNumber(1)),
  option('--log-level <level>', 'logLevel', both, '(default: INFO)', ['DEBUG', 'INFO', 'WARN', 'ERROR']),
  option('--tracing', 'tracing', both, 'with X-Ray'),
];

function option(
  flags: string,
  property: string,
  stacks: readonly StackName[],
  help: string,
  values?: Parse | readonly string[],
): StackOption {
  const made = new Option(flags, stacks.length === 1 ? `${stacks[0]}: ${help}` : help);
  if (typeof values === 'function') made.argParser(values as (text: string, before: unknown) => unknown);
  else if (values !== undefined) made.choices(values);
  return { made, property, stacks };
}

/** The argument that names a stack. */
export function stackArgument(): Argument {
  return new Argument('<stack>').choices(STACKS);
}

/** Adds what says which stack is meant, and the options of all of them. */
export function withStack(command: Command): Command {
  command
    .optionsGroup('The stack:')
    .option('--stack <name>', 'its name (default: BatchrockOrchestrator, BatchrockQueue)')
    .addOption(new Option('--tag <name=value>', 'of all that it holds; repeatable').argParser(nameAndValue))
    .addOption(new Option('--context <name=value>', 'context of the CDK; repeatable').argParser(nameAndValue))
    .optionsGroup('What it is to be:');
  for (const { made } of STACK_OPTIONS) command.addOption(made);
  return command;
}

/** The options that were given, by the properties that they set; paths begin at `cwd`. Throws `BR-E0112` for one that the stack does not take. */
export async function stackValuesOf(stack: StackName, flags: object, cwd: string): Promise<Record<string, never>> {
  const given = flags as Readonly<Record<string, unknown>>;
  const values: Record<string, unknown> = {};
  for (const { made, property, stacks } of STACK_OPTIONS) {
    const value = given[made.attributeName()];
    // commander takes an option that only says no for yes where it is absent
    if (value === undefined || (made.negate && value === true)) continue;
    if (!stacks.includes(stack)) {
      const { InputError } = await import('@batchrock/core');
      throw new InputError('BR-E0112', `${made.long} is no option of the stack ${stack}`, {
        hint: `it is one of ${stacks.join(' and ')}; leave it out`,
      });
    }
    values[property] = property === 'families' ? (value as readonly string[]).map((path) => resolve(cwd, path)) : value;
  }
  return values as Record<string, never>;
}
