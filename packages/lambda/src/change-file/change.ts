import { findRun, pauseRun, type RunBody, resumeRun, retryRun, StateError, stopRun, unpauseRun } from '@batchrock/core';
import type { FileChange } from 'batchrock/queue';
import { endFile, giveUp } from '../ending/index.ts';
import type { FileEngine } from '../file-engine/index.ts';
import {
  changeFile,
  type FileBody,
  findFile,
  findFileByKey,
  isFileId,
  isOver,
  isWantedByOthers,
  reopened,
  reopenRun,
  type ShownFile,
  shownFile,
} from '../files/index.ts';
import { openRun } from '../take-file/start-file.ts';
import { tellFiles } from '../waiting/index.ts';
import { enqueue } from './enqueue.ts';
import type { ChangePayload } from './payload.ts';

/**
 * Changes what becomes of a file, or takes in a new one, and answers its item as it is then. May be done again. Throws `BR-E0201` for
 * a file that is not there, `BR-E0207` for what does not go with how it stands.
 */
export async function change(engine: FileEngine, payload: ChangePayload): Promise<ShownFile> {
  if (payload.do === 'enqueue') return enqueue(engine, payload);
  const file = await fileNamed(engine, payload.file);
  engine.log('INFO', `asked: ${payload.do}`, { file: file.file, status: file.status });
  await CHANGES[payload.do](engine, file, await runOf(engine, file));
  return shownFile((await findFile(engine.ports, file.file)) ?? file);
}

/** A file by its id or its key. */
async function fileNamed({ ports, settings }: FileEngine, named: string): Promise<FileBody> {
  const [, bucket = settings.bucket, key = named] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(named) ?? [];
  const byId = isFileId(named) ? await findFile(ports, named) : undefined;
  const file = byId ?? (await findFileByKey(ports, bucket, key));
  // of a ledger that queues share, those of the others are theirs
  if (file?.queue === settings.bucket) return file;
  throw new StateError('BR-E0201', `no file ${JSON.stringify(named)} in this queue`, {
    hint: 'give the id of a file, f-…, its key, or s3://bucket/key',
    details: { file: named },
  });
}

/** Its run, where that is prepared. */
async function runOf({ ports }: FileEngine, { run }: FileBody): Promise<RunBody | undefined> {
  const found = run === undefined ? undefined : (await findRun(ports.ledger, run))?.body;
  return found?.state === 'preparing' ? undefined : found;
}

type Change = (engine: FileEngine, file: FileBody, run: RunBody | undefined) => Promise<unknown>;

const CHANGES: Readonly<Record<FileChange, Change>> = { pause, resume, cancel, retry };

async function pause(engine: FileEngine, file: FileBody, run: RunBody | undefined): Promise<void> {
  const { ports } = engine;
  if (isOver(file)) throw refused(file, 'pause', 'only a file that is not at its end can be paused');
  if (run === undefined) {
    await changeFile(engine, file.file, (there) =>
      there === undefined || isOver(there) ? undefined : { ...there, status: 'Paused', wantsPause: true },
    );
    return;
  }
  if (run.state === 'running') await pauseRun(ports, run.run);
  await tellFiles(engine, run.run);
}

async function resume(engine: FileEngine, file: FileBody, run: RunBody | undefined): Promise<void> {
  const { ports, intake } = engine;
  if (file.status === 'Cancelled') return goOn(engine, file, run);
  if (isOver(file)) throw refused(file, 'resume', 'retry sends failed records again');
  if (run === undefined) {
    if (file.status !== 'Paused') return;
    await changeFile(engine, file.file, (there) => {
      if (there?.status !== 'Paused') return undefined;
      const { wantsPause: _, ...kept } = there;
      return { ...kept, status: 'Pending' };
    });
    return intake.send([file.file]);
  }
  if (run.paused !== undefined) await unpauseRun(ports, run.run);
  if (run.state === 'running' && run.blocked !== undefined) await resumeRun(ports, run.run);
  await openRun(engine, run.run);
}

async function cancel(engine: FileEngine, file: FileBody, run: RunBody | undefined): Promise<void> {
  const { ports } = engine;
  if (file.status === 'Cancelled') {
    await endFile(engine, file);
    return;
  }
  if (isOver(file)) throw refused(file, 'cancel', 'its results are there');
  const reason = { code: 'Cancelled', message: 'it was cancelled; resume takes it up again' };
  const isAlone = run === undefined || !(await isWantedByOthers(ports, { file: file.file, run: run.run }));
  if (run === undefined || !isAlone) {
    await giveUp(engine, file.file, { status: 'Cancelled', reason });
    return;
  }
  const stopping = { code: 'Cancelled', message: 'it was cancelled; its jobs are being stopped' };
  await changeFile(engine, file.file, (there) =>
    there === undefined || isOver(there) ? undefined : { ...there, reason: stopping },
  );
  await stopRun(ports, run.run, 'stop');
  await tellFiles(engine, run.run);
}

/** What failed is sent again; what waits because it was refused is tried again at once. */
async function retry(engine: FileEngine, file: FileBody, run: RunBody | undefined): Promise<void> {
  const { ports } = engine;
  if (isOver(file)) return goOn(engine, file, run);
  if (run?.blocked === undefined) return;
  await resumeRun(ports, run.run);
  await openRun(engine, run.run);
}

/** Takes up a file again that is at its end. Its item is the first to say so: what a kill leaves undone is done by the sweep. */
async function goOn(engine: FileEngine, file: FileBody, run: RunBody | undefined): Promise<void> {
  const { ports, intake, inbox } = engine;
  await endFile(engine, file);
  if (run === undefined || file.results === undefined) {
    const object = await inbox.find(file.bucket, file.key);
    if (object?.etag !== file.etag) {
      throw refused(
        file,
        'retry',
        `s3://${file.bucket}/${file.key} is not there any more as it was; mend it and put it there again`,
      );
    }
  }
  await changeFile(engine, file.file, (there) => (there === undefined || !isOver(there) ? undefined : reopened(there)));
  if (run === undefined || file.results === undefined) return intake.send([file.file]);
  await reopenRun(ports, run.run);
  if (run.state === 'ended') await retryRun(ports, run.run);
  else await resumeRun(ports, run.run);
  await openRun(engine, run.run);
}

function refused({ file, status }: FileBody, what: FileChange, why: string): StateError {
  return new StateError('BR-E0207', `file ${file} is ${status}, and ${what} does not go with that`, {
    hint: why,
    details: { file, status },
  });
}
