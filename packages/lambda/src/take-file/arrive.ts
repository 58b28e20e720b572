import { resultsBucket, summaryKey } from '../ending/index.ts';
import type { FileEngine } from '../file-engine/index.ts';
import { changeFile, type FileBody, fileIdOf, findFileByKey, INTAKE_PREFIX, isOver, reopened } from '../files/index.ts';
import type { FoundObject } from '../inbox/index.ts';

/**
 * Gives an object that an event tells of its item, or finds the one that it has: the same content under the same key is one file,
 * however often it is told of. Undefined where there is nothing to do: the object is gone, is no file of the queue, or is done.
 */
export async function arrive(
  engine: FileEngine,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): Promise<string | undefined> {
  const { ports, settings, inbox, log } = engine;
  // a marker of a folder is no file, and what lies elsewhere must not come back here in a circle
  if (key.endsWith('/')) return undefined;
  if (bucket !== settings.bucket || !key.startsWith(INTAKE_PREFIX)) {
    log('WARN', `an object that does not lie below ${INTAKE_PREFIX} of the bucket: dropped`);
    return undefined;
  }
  const object = await inbox.find(bucket, key);
  // it may have been moved by a call that was killed before it was done
  if (object === undefined) return (await findFileByKey(ports, bucket, key))?.file;
  const id = fileIdOf(object);
  const now = ports.clock.now();
  const file = await changeFile(
    engine,
    id,
    (there) =>
      there === undefined ? newFile(object, { file: id, queue: settings.bucket, now }) : putAgain(engine, there, object, now),
    { isNewest: true },
  );
  return file?.file;
}

/** Its name and model are read from its key when it is checked. */
function newFile(
  { bucket, key, etag, versionId, size, modifiedAt }: FoundObject,
  { file, queue, now }: { readonly file: string; readonly queue: string; readonly now: number },
): FileBody {
  return {
    file,
    queue,
    bucket,
    key,
    etag,
    ...(versionId !== undefined && { versionId }),
    modifiedAt,
    size,
    name: key.slice(INTAKE_PREFIX.length),
    modelId: '',
    priority: 'normal',
    weight: 1,
    status: 'Pending',
    receivedAt: now,
  };
}

/**
 * Content that was put there once more: a file that failed or was cancelled is taken up again; one that has results is paid for, and
 * has them written again where they are gone. A doubled event changes nothing.
 */
async function putAgain(
  engine: FileEngine,
  file: FileBody,
  { modifiedAt, versionId }: FoundObject,
  now: number,
): Promise<FileBody | undefined> {
  if (modifiedAt <= file.modifiedAt || file.isEnding) return undefined;
  const version = versionId === undefined ? {} : { versionId };
  if (!isOver(file)) return { ...file, ...version, modifiedAt };
  const again = { ...reopened(file), ...version, modifiedAt, receivedAt: now };
  if (file.status === 'Completed' || file.status === 'PartiallyCompleted') {
    if (await hasResults(engine, file)) return { ...file, ...version, modifiedAt };
    // nothing of it is sent again
    const { attempt: _, ...unsent } = again;
    return unsent;
  }
  // what its key asks for is read anew: the default model may be another one by now
  const { run: _, results: _r, family: _f, timeoutHours: _t, ...anew } = again;
  return { ...anew, modelId: '' };
}

async function hasResults({ objectsOf }: FileEngine, file: FileBody): Promise<boolean> {
  if (file.results === undefined) return false;
  return (await objectsOf(resultsBucket(file)).head(summaryKey(file.results))) !== undefined;
}
