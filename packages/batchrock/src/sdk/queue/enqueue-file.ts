import { basename, resolve } from 'node:path';
import { InputError, PRIORITIES, type Priority, resolveModel } from '@batchrock/core';
import type { OpenedQueue } from '../../compose/open-queue-stack.ts';
import { type FileOutput, fileIdOf, INTAKE_PREFIX, JOB_HOURS, nameOf, parseFileKey } from '../../queue/index.ts';
import { fileSource } from '../../sources/file.ts';
import type { FollowOptions } from '../progress.ts';
import { copyInto } from '../stack/upload-dataset.ts';
import { askChange } from './ask-change.ts';

/** How a file is put into a queue. */
export interface EnqueueOptions extends Pick<FollowOptions, 'signal'> {
  /** Id of a model or an inference profile; default: that of the queue. */
  readonly model?: string;
  /** How the model is spoken to: a built-in family, or one of the queue's own. Default: by the model. */
  readonly family?: string;
  /** Default `normal`; those of a lower priority wait as long as there are others. */
  readonly priority?: Priority;
  /** Its share among those of its priority, above 0; default 1. */
  readonly weight?: number;
  /** Of a job of it: a whole number from 24 to 168. Default: that of the queue. */
  readonly timeoutHours?: number;
  /** Its results lie below `processed/<name>/`; folders are allowed. Default: the name of the file without its ending. */
  readonly name?: string;
  /** Of a file in S3: where its results go; default: the bucket of the queue. */
  readonly output?: Partial<FileOutput> & Pick<FileOutput, 'bucket'>;
  /** Of a file of this machine: how many bytes of it have gone up. */
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** A file that was put into a queue. */
export interface EnqueuedFile {
  /** Its id, by which `show` and the others know it. */
  readonly file: string;
  readonly bucket: string;
  readonly key: string;
  /** When it was put there, milliseconds since the epoch: what its item says of an earlier time is old. */
  readonly putAt?: number;
}

/**
 * Puts a file into a queue: one of this machine is uploaded below `to-process/`, and one that lies in S3 (`s3://bucket/key`) is taken
 * from there, which the queue must be allowed to read. The same content under the same name again is the same file, and is paid for
 * once. Throws `BR-E0101`, `BR-E0102`, `BR-E0105`, `BR-E0117` or `BR-E0120` for what the queue would not take.
 */
export async function enqueueFile(opened: OpenedQueue, file: string, o: EnqueueOptions, cwd: string): Promise<EnqueuedFile> {
  checkOptions(o);
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(file) ?? [];
  if (bucket !== undefined && key !== undefined) return enqueueObject(opened, { bucket, key }, o);
  return putFile(opened, resolve(cwd, file), o);
}

async function enqueueObject(
  opened: OpenedQueue,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  { model, family, name, priority, weight, timeoutHours, output, signal }: EnqueueOptions,
): Promise<EnqueuedFile> {
  const shown = await askChange(
    opened,
    {
      do: 'enqueue',
      bucket,
      key,
      ...(model !== undefined && { model_id: model }),
      ...(family !== undefined && { family }),
      ...(name !== undefined && { name }),
      ...(priority !== undefined && { priority }),
      ...(weight !== undefined && { weight }),
      ...(timeoutHours !== undefined && { timeout_hours: timeoutHours }),
      ...(output !== undefined && { output }),
    },
    signal ? { signal } : {},
  );
  return { file: shown.file, bucket, key };
}

async function putFile({ stack, objects }: OpenedQueue, path: string, o: EnqueueOptions): Promise<EnqueuedFile> {
  if (o.output !== undefined) {
    throw new InputError('BR-E0112', 'an output is given, and the file is one of this machine', {
      hint: `its results lie below processed/ of ${stack.bucket}; put the file into S3 and give s3://bucket/key to have them elsewhere`,
    });
  }
  const key = keyFor(basename(path), o);
  const source = await fileSource(path, path);
  if (source.size === 0) {
    throw new InputError('BR-E0102', `${path} is empty`, { hint: 'a line of it is one record: {"modelInput": {…}}' });
  }
  const { signal, family, priority, weight, timeoutHours } = o;
  const metadata = {
    ...(family !== undefined && { 'batchrock-family': family }),
    ...(priority !== undefined && { 'batchrock-priority': priority }),
    ...(weight !== undefined && { 'batchrock-weight': String(weight) }),
    ...(timeoutHours !== undefined && { 'batchrock-timeout-hours': String(timeoutHours) }),
  };
  const sink = objects.create(key, { metadata, ...(signal && { signal }) });
  const { etag } = await copyInto(sink, source, { signal, tell: (bytes) => o.onProgress?.(bytes, source.size) });
  const putAt = await objects.putAt(key, signal ? { signal } : {});
  const file = fileIdOf({ bucket: stack.bucket, key, etag });
  return { file, bucket: stack.bucket, key, ...(putAt !== undefined && { putAt }) };
}

/** The key below `to-process/`, whose first folder names the model. Checked as the queue checks it, before anything is uploaded. */
function keyFor(base: string, { model, name }: EnqueueOptions): string {
  const stem = nameOf(base);
  const ending = base.slice(stem.length);
  if (model !== undefined) checkModel(model);
  const key = `${INTAKE_PREFIX}${model === undefined ? '' : `${model}/`}${checkedName(name ?? stem)}${ending}`;
  // a model of its own stands in for the queue's default, which is not known here
  parseFileKey(key, model ?? 'default');
  return key;
}

function checkModel(model: string): void {
  resolveModel(model);
  if (!model.includes('/')) return;
  throw new InputError('BR-E0120', `the model is ${model}; allowed: the id of a model or of an inference profile`, {
    hint: 'give the id alone; a file in S3, s3://bucket/key, may name an ARN',
  });
}

function checkedName(name: string): string {
  const isClean = name.split('/').every((each) => each !== '' && each !== '.' && each !== '..');
  if (isClean) return name;
  throw new InputError(
    'BR-E0120',
    `the name is ${JSON.stringify(name)}; allowed: single slashes between names that are not . or ..`,
  );
}

function checkOptions({ priority, weight, timeoutHours }: EnqueueOptions): void {
  if (priority !== undefined && !PRIORITIES.includes(priority)) {
    throw new InputError('BR-E0120', `the priority is ${JSON.stringify(priority)}; allowed: ${PRIORITIES.join(', ')}`);
  }
  if (weight !== undefined && !(weight > 0 && Number.isFinite(weight))) {
    throw new InputError('BR-E0120', `the weight is ${weight}; allowed: a number above 0`);
  }
  const { from, to } = JOB_HOURS;
  if (timeoutHours !== undefined && !(Number.isInteger(timeoutHours) && timeoutHours >= from && timeoutHours <= to)) {
    throw new InputError('BR-E0120', `timeoutHours is ${timeoutHours}; allowed: a whole number from ${from} to ${to}`);
  }
}
