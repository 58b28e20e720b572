import { ERROR_CATALOGUE, type ErrorCode, isBatchrockError } from '@batchrock/core';

/** What an option of the command line is called in the input of an execution. */
const KEYS: readonly (readonly [RegExp, string])[] = [
  [/--max-records-per-job\b/g, 'max_records_per_job'],
  [/--records-per-job\b/g, 'max_records_per_job'],
  [/--max-records\b/g, 'max_records_total'],
  [/--max-jobs\b/g, 'max_num_jobs'],
  [/--text-column\b/g, 'text_column'],
  [/--timeout-hours\b/g, 'timeout_hours'],
  [/--max-attempts\b/g, 'max_attempts'],
  [/--param ([\w-]+)/g, 'params.$1'],
  [/--family and --invocation-type\b/g, 'family'],
  [/--role-arn\b/g, 'BEDROCK_ROLE_ARN'],
  [/--s3-endpoint-url\b/g, 'AWS_ENDPOINT_URL_S3'],
  [/--new\b/g, '"new": true'],
  [/--(slots|sample|split|config|revision|system|prompt|family)\b/g, '$1'],
];

/** Where the catalogue speaks of the command line: what to do in its place, or nothing. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  'BR-E0101': 'check the name, and that the function may read it',
  'BR-E0105': 'take the id of a model that Batchrock knows, or say how it is spoken to by family',
  'BR-E0108': 'leave out prompt_id, prompt and system; text_column names the column to embed',
  'BR-E0109': 'name the column to embed: "text_column": "NAME"',
  'BR-E0110': 'give prompt_id, the name of a file prompts/<prompt_id>.md in the bucket, or prompt',
  'BR-E0111': 'choose another job_name_prefix',
  'BR-E0112': '',
  'BR-E0117': 'end the name in .csv, .tsv, .jsonl, .ndjson or .parquet, also with .gz or .zst behind it',
  'BR-E0118': 'start the execution again when nothing writes to the dataset any more',
  'BR-E0120': '',
  'BR-E0123': 'unpack the file; unpacked files have no such limit',
  'BR-E0124': 'a prompt_id is the name of a file prompts/<prompt_id>.md in the bucket, or an example',
  'BR-E0201': '',
  'BR-E0202': 'wait for the other execution, or start this one again',
  'BR-E0204': '',
  'BR-E0205': 'the table was written by another version',
  'BR-E0207': '',
  'BR-E0213': 'go on with it where it is now',
  'BR-E0218': 'deploy the stack with that file among its families; a new execution takes the one that is there now',
  'BR-E0501': 'check the policies of the function and of the role for Bedrock, and access to the model',
  'BR-E0513': 'give the role of the jobs what the message says is missing: its policies, the key, access to the model',
  'BR-E0506': 'check that the endpoint is reachable from the function',
  'BR-E0509': 'start the execution again: it goes on where it stopped',
  'BR-E0601': '',
  'BR-E0801': 'start the execution again: it goes on where it stopped',
  'BR-E0901': 'please report it',
};

/** Why a run cannot go on, and what to do about it. */
export function blockedHint(code: string, message: string): string {
  const hint = code in ERROR_CATALOGUE ? hintFor(code as ErrorCode) : '';
  return hint === '' ? message : `${message}; ${hint}`;
}

/** A text of the command line in the words of an execution's input. */
function inOurWords(text: string): string {
  return KEYS.reduce((said, [flag, key]) => said.replaceAll(flag, key), text);
}

/** What to do about an error of this code, for whoever started an execution; empty where its message says it all. */
export function hintFor(code: ErrorCode, hint: string = ERROR_CATALOGUE[code].hint): string {
  return inOurWords(hint === ERROR_CATALOGUE[code].hint ? (HINTS[code] ?? hint) : hint);
}

/**
 * The error as a state machine shows it: `name` is its code, `message` the message and what to do about it. What is not of our
 * tree is left as it is.
 */
function failureOf(error: unknown): unknown {
  if (!isBatchrockError(error)) return error;
  const hint = hintFor(error.code, error.hint);
  const message = inOurWords(error.message);
  const failure = new Error(hint === '' ? message : `${message}; ${hint}`, { cause: error });
  failure.name = error.code;
  return failure;
}

/** Does the work of a call; what it throws says its code and what to do. */
export async function sayingWhy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error);
  }
}

/** An error in a few words, for the log: nothing of a dataset, a prompt or a token is among them. */
export function reasonOf(error: unknown): { readonly error: string; readonly reason: string } {
  if (isBatchrockError(error)) return { error: error.code, reason: error.message };
  return error instanceof Error ? { error: error.name, reason: error.message } : { error: 'Error', reason: String(error) };
}
