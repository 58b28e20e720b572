import { InputError } from '@batchrock/core';
import { resolveBedrockOptions } from './bedrock/options.ts';
import { FAULT_HELP } from './faults/faults.ts';
import { parseFaultFlags } from './faults/parse.ts';
import { type LocalBedrockOptions, resolveOptions } from './options.ts';

/** One flag of `batchrock local`. */
export interface CliOption {
  /** Without the dashes: `token-lifetime-ms`. */
  readonly name: string;
  /** The option that it sets. */
  readonly option: keyof LocalBedrockOptions;
  /** `list`: may be given several times. `boolean`: takes no value. */
  readonly type: 'string' | 'number' | 'boolean' | 'list';
  /** The name of its value in the help, such as `PORT`; empty for a boolean. */
  readonly value: string;
  /** In words, for the help; absent when there is none. */
  readonly default?: string;
  readonly help: string;
}

/** What a boolean flag sets its option to, where that is not true. */
const SETS_FALSE: ReadonlySet<string> = new Set(['names-not-unique', 'finished-tags-unreadable']);

/** Every flag of `batchrock local`, in the order of its help. */
export const LOCAL_CLI_OPTIONS: readonly CliOption[] = [
  { name: 'dir', option: 'dir', type: 'string', value: 'DIR', default: '.batchrock/local', help: 'folder of all state' },
  { name: 'port', option: 'port', type: 'number', value: 'PORT', default: 'a free one', help: 'port on loopback' },
  { name: 'host', option: 'host', type: 'string', value: 'HOST', default: '127.0.0.1', help: 'loopback address to listen on' },
  {
    name: 'region',
    option: 'region',
    type: 'string',
    value: 'REGION',
    default: 'us-east-1',
    help: 'Region of unsigned requests',
  },
  { name: 'account', option: 'account', type: 'string', value: 'ID', default: '000000000000', help: '12-digit account' },
  { name: 'bucket', option: 'buckets', type: 'list', value: 'NAME', help: 'bucket to create at the start' },
  {
    name: 's3-endpoint-url',
    option: 's3EndpointUrl',
    type: 'string',
    value: 'URL',
    help: 'S3 elsewhere that jobs read and write',
  },
  { name: 'upstream', option: 'upstreamUrl', type: 'string', value: 'URL', help: 'OpenAI-compatible server that answers' },
  { name: 'upstream-model', option: 'upstreamModel', type: 'string', value: 'NAME', help: "the model's name at that server" },
  {
    name: 'upstream-concurrency',
    option: 'upstreamConcurrency',
    type: 'number',
    value: 'N',
    default: '8',
    help: 'requests to it at once',
  },
  {
    name: 'upstream-timeout-ms',
    option: 'upstreamTimeoutMs',
    type: 'number',
    value: 'MS',
    default: '120000',
    help: 'longest wait for one of its answers',
  },
  {
    name: 'speed',
    option: 'speed',
    type: 'number',
    value: 'N',
    default: '1000',
    help: "seconds of the service's clock in a second",
  },
  { name: 'queue-ms', option: 'queueMs', type: 'number', value: 'MS', default: '100000', help: 'wait of a job, on that clock' },
  {
    name: 'records-per-minute',
    option: 'recordsPerMinute',
    type: 'number',
    value: 'N',
    default: 'as fast as it can',
    help: 'pace of a running job, on that clock',
  },
  { name: 'events-url', option: 'eventsUrl', type: 'string', value: 'URL', help: 'where state changes are posted to' },
  { name: 'model', option: 'extraModels', type: 'list', value: 'ID', help: 'further model id to accept' },
  { name: 'any-model', option: 'anyModel', type: 'boolean', value: '', help: 'accept any other model id' },
  { name: 'max-jobs', option: 'maxJobs', type: 'number', value: 'N', default: '100', help: 'open jobs of one model' },
  { name: 'min-records', option: 'minRecords', type: 'number', value: 'N', default: '100', help: 'fewest records in a job' },
  { name: 'max-records', option: 'maxRecords', type: 'number', value: 'N', default: '100000', help: 'most records in a job' },
  {
    name: 'token-lifetime-ms',
    option: 'tokenLifetimeMs',
    type: 'number',
    value: 'MS',
    default: '86400000',
    help: 'how long a client request token is known',
  },
  { name: 'list-lag-ms', option: 'listLagMs', type: 'number', value: 'MS', default: '0', help: 'how long List misses a new job' },
  { name: 'names-not-unique', option: 'uniqueNames', type: 'boolean', value: '', help: 'take the name of a job again' },
  {
    name: 'finished-tags-unreadable',
    option: 'finishedTags',
    type: 'boolean',
    value: '',
    help: 'refuse to list the tags of a finished job',
  },
  {
    name: 'fault',
    option: 'faults',
    type: 'list',
    value: 'NAME=VALUE',
    help: 'something that goes wrong, see below; VALUE may be JSON',
  },
];

/** Name and help of each fault that `--fault` takes. */
export const LOCAL_FAULTS: readonly { readonly name: string; readonly help: string }[] = Object.entries(FAULT_HELP).map(
  ([name, help]) => ({ name, help }),
);

/** Flags as a parser of command lines gives them, by name without dashes. */
export type CliFlags = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/**
 * Turns flags into options. `dir` falls back to `defaults.dir`. Throws `BR-E0120` naming the flag or option, the value
 * given and what is allowed.
 */
export function localOptionsFromFlags(flags: CliFlags, defaults: { readonly dir: string }): LocalBedrockOptions {
  const found: Record<string, unknown> = { dir: defaults.dir };
  for (const option of LOCAL_CLI_OPTIONS) {
    const given = flags[option.name];
    if (given !== undefined && given !== false) found[option.option] = flagValue(option, given);
  }
  const options = found as unknown as LocalBedrockOptions;
  resolveOptions(options);
  resolveBedrockOptions(options);
  return options;
}

function flagValue(option: CliOption, given: string | number | boolean | readonly string[]): unknown {
  if (option.type === 'boolean') return !SETS_FALSE.has(option.name);
  const values = typeof given === 'object' ? given : [String(given)];
  if (option.option === 'faults') return parseFaultFlags(values);
  if (option.type === 'list') return values;
  const last = values.at(-1) ?? '';
  if (option.type === 'string') return last;
  const number = last.trim() === '' ? Number.NaN : Number(last);
  if (Number.isFinite(number)) return number;
  throw new InputError('BR-E0120', `--${option.name} is "${last}"; give a number`, {
    details: { flag: option.name, value: last },
  });
}
