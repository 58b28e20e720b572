import { InputError, resolveModel } from '@batchrock/core';
import { familyOption } from 'batchrock/request';
import { answerTasks } from '../ending/index.ts';
import { findFamilyFor } from '../families/index.ts';
import type { FileEngine } from '../file-engine/index.ts';
import { addTask, changeFile, type FileBody, fileIdOf, isOver, reopened, type ShownFile, shownFile } from '../files/index.ts';
import type { FoundObject } from '../inbox/index.ts';
import type { Enqueue } from './payload.ts';

/**
 * Takes in an object that lies anywhere, and makes the task wait whose token is given. The same object with the same model, name and
 * place of its results is the same file, and is paid for once: one that has results answers at once, one that failed or was cancelled
 * is taken up again. Throws `BR-E0101` where there is no such object, `BR-E0105` for a model that is not known.
 */
export async function enqueue(engine: FileEngine, asked: Enqueue): Promise<ShownFile> {
  const { settings, inbox, intake, log } = engine;
  const modelId = asked.modelId ?? settings.modelId;
  if (modelId === undefined) {
    throw new InputError('BR-E0105', 'model_id is missing, and the queue has no default', { hint: 'give model_id' });
  }
  const { family } = asked;
  const named = { modelId, ...(family !== undefined && { family }) };
  resolveModel(modelId, familyOption(await findFamilyFor(settings.families, named)));
  const object = await inbox.find(asked.bucket, asked.key);
  if (object === undefined) throw new InputError('BR-E0101', `no such object: s3://${asked.bucket}/${asked.key}`);
  const file = await enrol(engine, asked, { object, named });
  log('INFO', 'enqueued', { file: file.file, status: file.status });
  if (!isOver(file)) await intake.send([file.file]);
  else if (!file.isEnding) await answerTasks(engine, file);
  return shownFile(file);
}

/** The file and the task that waits for it, in one commit. */
async function enrol(
  engine: FileEngine,
  asked: Enqueue,
  { object, named }: { readonly object: FoundObject; readonly named: Pick<FileBody, 'modelId' | 'family'> },
): Promise<FileBody> {
  const { ports, settings } = engine;
  const { name, output, token, priority = 'normal', weight = 1, timeoutHours } = asked;
  const { bucket, key, etag, versionId, size, modifiedAt } = object;
  const id = fileIdOf({ bucket, key, etag, enqueued: { ...named, name, ...(output !== undefined && { output }) } });
  const wait = token === undefined ? {} : ({ isAwaited: true } as const);
  const file = await changeFile(
    engine,
    id,
    (there) => {
      if (there !== undefined) return { ...(isAgain(there) ? reopened(there) : there), ...wait };
      return {
        file: id,
        queue: settings.bucket,
        bucket,
        key,
        etag,
        ...(versionId !== undefined && { versionId }),
        modifiedAt,
        size,
        name,
        ...named,
        priority,
        weight,
        ...(timeoutHours !== undefined && { timeoutHours }),
        ...(output !== undefined && { output }),
        status: 'Pending',
        receivedAt: ports.clock.now(),
        ...wait,
      };
    },
    { isNewest: true, also: async () => (token === undefined ? [] : [await addTask(ports, id, token)]) },
  );
  return file as FileBody;
}

/** A task that asks again for what failed wants it tried again. */
function isAgain(file: FileBody): boolean {
  return (file.status === 'Failed' || file.status === 'Cancelled') && !file.isEnding;
}
