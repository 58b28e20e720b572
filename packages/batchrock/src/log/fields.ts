import { redacted } from './redacted.ts';

/**
 * All that a line of a log, or a span, may say beside its message. What is not here never gets out: prompts, rows, answers, task tokens, keys and
 * addresses of webhooks are in no field.
 */
export interface LogFields {
  readonly run?: string;
  readonly file?: string;
  readonly lane?: string;
  readonly model?: string;
  readonly region?: string;
  readonly target?: string;
  readonly part?: number;
  readonly attempt?: number;
  readonly index?: number;
  readonly jobArn?: string;
  readonly jobName?: string;
  readonly waiter?: string;
  readonly status?: string;
  /** Of an error of ours, such as `BR-E0507`. */
  readonly code?: string;
  readonly error?: string;
  /** What our own code or the SDK says of an error, without the task token. */
  readonly reason?: string;
  readonly count?: number;
  readonly rows?: number;
  readonly records?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly rejected?: number;
  readonly pending?: number;
  readonly missing?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly bytes?: number;
  readonly format?: string;
}

const KINDS: { readonly [name in keyof Required<LogFields>]: 'string' | 'number' } = {
  run: 'string',
  file: 'string',
  lane: 'string',
  model: 'string',
  region: 'string',
  target: 'string',
  part: 'number',
  attempt: 'number',
  index: 'number',
  jobArn: 'string',
  jobName: 'string',
  waiter: 'string',
  status: 'string',
  code: 'string',
  error: 'string',
  reason: 'string',
  count: 'number',
  rows: 'number',
  records: 'number',
  succeeded: 'number',
  failed: 'number',
  rejected: 'number',
  pending: 'number',
  missing: 'number',
  inputTokens: 'number',
  outputTokens: 'number',
  bytes: 'number',
  format: 'string',
};

/** The names of all fields. */
export const LOG_FIELDS: ReadonlySet<string> = new Set(Object.keys(KINDS));

/** What of an object may be said: the fields that are on the list and of their kind, without credentials in their texts. */
export function allowedFields(given: LogFields): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]: [string, unknown]) => {
      if (!LOG_FIELDS.has(name) || typeof value !== KINDS[name as keyof LogFields]) return [];
      return [[name, typeof value === 'string' ? redacted(value) : (value as number)]];
    }),
  );
}
