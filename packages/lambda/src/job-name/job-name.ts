import { createHash } from 'node:crypto';

/** What tells one job of a batch from every other job, in a fixed order of keys. */
export interface JobIdentity {
  /** ARN of the Step Functions execution. */
  readonly execution: string;
  /** When the Map state was entered, as Step Functions writes it: one execution may pass the same Map twice. */
  readonly entered: string;
  readonly index: number;
  /** The caller's `job_name`, as it came. */
  readonly jobName: string;
  /** Everything else that Bedrock is asked for. */
  readonly parameters: unknown;
}

/** Longest job name (Bedrock API reference, 2026-11). */
const MAX_NAME = 63;
const HASH_LENGTH = 10;
/** Room for `-9999`; nobody redrives an execution ten thousand times. */
const ATTEMPT_LENGTH = 5;

/**
 * The name under which a job is awaited: the caller's job name in a form that Bedrock takes, cut, then the index, then ten
 * characters of a hash over everything that tells jobs apart. So `a1` + 0 and `a` + 10 differ, and so do two executions.
 */
export function waiterOf(identity: JobIdentity): string {
  const { execution, entered, index, jobName, parameters } = identity;
  const hash = shortHash(JSON.stringify([execution, entered, index, jobName, parameters]));
  const room = MAX_NAME - ATTEMPT_LENGTH - HASH_LENGTH - 1 - String(index).length;
  return `${validForm(jobName).slice(0, room)}${index}-${hash}`;
}

/** The name of a job in Bedrock: the waiter's, and which attempt it is, from 1. */
export function jobNameOf(waiter: string, attempt: number): string {
  return `${waiter}-${attempt}`;
}

/** Reads a job's name; undefined when its shape is not ours. */
export function parseJobName(name: string): { readonly waiter: string; readonly attempt: number } | undefined {
  const [, waiter, attempt] = /^([a-zA-Z0-9][a-zA-Z0-9+.-]*-[0-9a-z]{10})-([1-9][0-9]{0,3})$/.exec(name) ?? [];
  return waiter === undefined ? undefined : { waiter, attempt: Number(attempt) };
}

/**
 * The token that lets Create be repeated: the same for the same job, another one as soon as anything about it differs.
 * 64 hexadecimal digits, of the 256 characters that Bedrock allows (API reference, 2026-11).
 */
export function clientRequestTokenOf(jobName: string, parameters: unknown): string {
  return sha256(JSON.stringify([jobName, parameters])).toString('hex');
}

/** One entry of one execution into the Map: what the count of tolerated failures belongs to. */
export function batchOf(execution: string, entered: string): string {
  return `batch-${sha256(JSON.stringify([execution, entered]))
    .toString('hex')
    .slice(0, 40)}`;
}

/** Bedrock's pattern has letters, digits, `+`, `-` and `.`, and begins with a letter or a digit: `test_job` becomes `test-job`. */
function validForm(jobName: string): string {
  return (
    jobName
      .replace(/[^a-zA-Z0-9+.]+/g, '-')
      .replace(/^[^a-zA-Z0-9]+/, '')
      .replace(/-$/, '') || 'job'
  );
}

/** Ten characters of base 36 (51 bits) of a SHA-256. */
function shortHash(text: string): string {
  const number = sha256(text).readBigUInt64BE(0) % 36n ** BigInt(HASH_LENGTH);
  return number.toString(36).padStart(HASH_LENGTH, '0');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
