import { InputError, PRIORITIES, type Priority } from '@batchrock/core';
import { FILE_CHANGES, type FileChange, type FileOutput, INTAKE_PREFIX, JOB_HOURS, nameOf, QUEUE_CHANGES } from 'batchrock/queue';
import { Fields, invalid } from '../fields/index.ts';

/** A file that is to be processed, wherever it lies. */
export interface Enqueue {
  readonly do: 'enqueue';
  readonly bucket: string;
  readonly key: string;
  readonly modelId?: string;
  /** How the model is spoken to. */
  readonly family?: string;
  readonly name: string;
  readonly priority?: Priority;
  readonly weight?: number;
  /** Of a job of it. */
  readonly timeoutHours?: number;
  readonly output?: FileOutput;
  /** Of the task that waits for it; never logged, and in no item that is shown. */
  readonly token?: string;
}

/** What `change-file` is asked. */
export type ChangePayload =
  | {
      readonly do: FileChange /** The id of a file, or its key: that of the queue's bucket, or `s3://bucket/key`. */;
      readonly file: string;
    }
  | Enqueue;

const CHANGE_KEYS = ['do', 'file'] as const;
const ENQUEUE_KEYS = [
  'do',
  'bucket',
  'key',
  'model_id',
  'family',
  'name',
  'priority',
  'weight',
  'timeout_hours',
  'output',
  'token',
] as const;

/** Reads the payload. Throws `BR-E0112` for keys that are missing or unknown, `BR-E0120` for values that are not allowed. */
export function parseChangePayload(payload: unknown): ChangePayload {
  const what = (payload as { readonly do?: unknown } | null | undefined)?.do;
  if (what === 'enqueue') return parseEnqueue(payload);
  const change = FILE_CHANGES.find((each) => each === what);
  if (change === undefined) {
    throw new InputError(
      'BR-E0112',
      `do is ${JSON.stringify(what)}; allowed: ${[...FILE_CHANGES, ...QUEUE_CHANGES].join(', ')}, enqueue`,
    );
  }
  const fields = new Fields(payload, 'the payload', CHANGE_KEYS);
  return { do: change, file: fields.requiredText('file', 'the id of a file, or its key') };
}

function parseEnqueue(payload: unknown): Enqueue {
  const fields = new Fields(payload, 'the payload', ENQUEUE_KEYS);
  const key = fields.requiredText('key', 'the object that is to be processed');
  const path = key.startsWith(INTAKE_PREFIX) ? key.slice(INTAKE_PREFIX.length) : key;
  const name = fields.text('name');
  const modelId = fields.text('model_id');
  const family = fields.text('family');
  const priority = fields.choice('priority', PRIORITIES);
  const weight = fields.positive('weight');
  const timeoutHours = fields.wholeNumber('timeout_hours', JOB_HOURS.from, JOB_HOURS.to);
  const token = fields.text('token');
  const output = outputOf(fields.fields('output', ['bucket', 'prefix']));
  return {
    do: 'enqueue',
    bucket: fields.requiredText('bucket', 'where the object lies'),
    key,
    name: name === undefined ? nameOf(path) : checkedName(name),
    ...(modelId !== undefined && { modelId }),
    ...(family !== undefined && { family }),
    ...(priority !== undefined && { priority }),
    ...(weight !== undefined && { weight }),
    ...(timeoutHours !== undefined && { timeoutHours }),
    ...(output !== undefined && { output }),
    ...(token !== undefined && { token }),
  };
}

/** Folders are allowed, and what leads out of one is not. */
function checkedName(name: string): string {
  const isClean = name.split('/').every((each) => each !== '' && each !== '.' && each !== '..');
  if (isClean && Buffer.byteLength(name) <= 500) return name;
  throw invalid(
    'name',
    JSON.stringify(name.slice(0, 80)),
    'up to 500 bytes, with single slashes between names that are not . or ..',
  );
}

function outputOf(fields: Fields<'bucket' | 'prefix'> | undefined): FileOutput | undefined {
  if (fields === undefined) return undefined;
  const prefix = fields.text('prefix') ?? '';
  const bucket = fields.requiredText('bucket', 'where the results are to go');
  return { bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}
