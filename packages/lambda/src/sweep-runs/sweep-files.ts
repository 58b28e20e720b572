import { findRun, type RunBody, stopRun } from '@batchrock/core';
import {
  changeFile,
  type FileBody,
  filesOn,
  forgetTasks,
  isOver,
  isWantedByOthers,
  type RunFiles,
  waitingTasks,
} from '../files/index.ts';
import type { FinishQueue } from '../finish-queue/index.ts';
import type { Inbox } from '../inbox/index.ts';
import type { IntakeQueue } from '../intake-queue/index.ts';
import type { TellingEngine } from '../waiting/index.ts';

/** What sweeping files works with. */
export interface FileSweepEngine extends TellingEngine {
  readonly finishes: FinishQueue;
  readonly intake: IntakeQueue;
  readonly inbox: Inbox;
}

/** The runs of files that are swept in any case, with their runs as they stand. */
export interface SweptRuns {
  readonly files: ReadonlyMap<string, RunFiles>;
  readonly runs: ReadonlyMap<string, RunBody>;
}

/** The message of a file is on its way, or in hand for as long as a call takes at most; then it has been lost. */
const LOST_AFTER_MS = 20 * 60_000;
/** A queue with many messages must not be filled with more of the same. */
const AGAIN_AFTER_MS = 60 * 60_000;

/** What to do for one file of a queue, and for which. */
export interface FileStep {
  readonly file: string;
  readonly work: () => Promise<void>;
}

/**
 * Looks after the files of a queue that no run brings on: one whose message was lost is sent again, one that was killed at its end is
 * brought to it, and tasks that wait are told that their file is on its way.
 */
export async function* fileSteps(engine: FileSweepEngine, swept: SweptRuns): AsyncIterable<FileStep> {
  const { ports, settings, finishes } = engine;
  for (const shelf of ['Pending', 'InProgress', 'Paused'] as const) {
    for await (const file of filesOn(ports, settings.bucket, shelf)) {
      if (file.isAwaited) yield { file: file.file, work: () => beatHeart(engine, file) };
      if (shelf !== 'Paused' && isIdle(engine, file, swept)) yield { file: file.file, work: () => remind(engine, file) };
    }
  }
  for await (const { file, endedAt = 0 } of filesOn(ports, settings.bucket, 'Ending')) {
    if (ports.clock.now() - endedAt > LOST_AFTER_MS) yield { file, work: () => finishes.send([{ file, from: 0 }]) };
  }
}

/** True for a file that nobody has worked on for too long: its run is not swept, was not prepared to its end, or was never let go. */
function isIdle({ ports }: FileSweepEngine, file: FileBody, { files, runs }: SweptRuns): boolean {
  const of = file.run === undefined ? undefined : files.get(file.run);
  const state = file.run === undefined ? undefined : runs.get(file.run)?.state;
  const isLetGo = file.results !== undefined && state !== undefined && state !== 'preparing';
  if (of !== undefined && isLetGo) return false;
  const now = ports.clock.now();
  if (now - (file.remindedAt ?? 0) < AGAIN_AFTER_MS) return false;
  return now - Math.max(file.receivedAt, of?.askedAt ?? 0) > LOST_AFTER_MS;
}

/** The item is the first to say so: a sweep that is killed here reminds of it once more, and later. */
async function remind(engine: FileSweepEngine, { file }: FileBody): Promise<void> {
  const now = engine.ports.clock.now();
  const there = await changeFile(engine, file, (before) =>
    before === undefined || isOver(before) ? undefined : { ...before, remindedAt: now },
  );
  if (there?.remindedAt !== now) return;
  engine.log('WARN', 'nobody worked on a file: its message is sent again', { file });
  await engine.intake.send([file]);
}

/**
 * Says to the tasks that wait for a file that it is on its way. One that nobody waits for any more, because the executions were
 * aborted, is cancelled: it was asked for by them alone.
 */
async function beatHeart(engine: FileSweepEngine, { file }: FileBody): Promise<void> {
  const { ports, tasks, log } = engine;
  const gone = new Set<string>();
  for (const token of await waitingTasks(ports, file)) if ((await tasks.heartbeat(token)) === 'gone') gone.add(token);
  if (gone.size === 0 || (await forgetTasks(ports, file, gone)).length > 0) return;
  log('WARN', 'nobody waits for the file any more, its execution was aborted: it is cancelled', { file });
  await abandon(engine, file);
}

async function abandon(engine: FileSweepEngine, id: string): Promise<void> {
  const { ports, finishes } = engine;
  const reason = { code: 'Cancelled', message: 'the execution that waited for it was aborted; resume takes it up again' };
  const file = await changeFile(engine, id, async (there) => {
    if (there === undefined || isOver(there)) return undefined;
    const { isAwaited: _, ...kept } = there;
    const run = there.run === undefined ? undefined : (await findRun(ports.ledger, there.run))?.body;
    if (run?.state === 'running' || run?.state === 'stopping') return { ...kept, reason };
    return { ...kept, status: 'Cancelled', reason, endedAt: ports.clock.now(), isEnding: true };
  });
  if (file?.status === 'Cancelled') return finishes.send([{ file: id, from: 0 }]);
  if (file?.run !== undefined && !(await isWantedByOthers(ports, { file: id, run: file.run })))
    await stopRun(ports, file.run, 'stop');
}

/** True for the settings of a queue. */
export function isQueue(
  engine: TellingEngine & { readonly intake?: IntakeQueue; readonly inbox?: Inbox },
): engine is FileSweepEngine {
  return engine.finishes !== undefined && engine.intake !== undefined && engine.inbox !== undefined;
}
