import {
  eachBody,
  findRun,
  type Item,
  type Ledger,
  MAX_COMMIT_WRITES,
  type NewItem,
  type RunPorts,
  StateError,
  transact,
  type Write,
} from '@batchrock/core';
import { findFile, isOver } from 'batchrock/queue';
import { readFile } from './file-ledger.ts';

/**
 * The files that a run is of: item `FILES#<run>`, schema `files/1`. There is more than one where the same object is asked for with
 * results in several places: it is paid for once.
 */
export interface RunFiles {
  readonly run: string;
  /** The queue that they belong to: its bucket. */
  readonly queue: string;
  /** At least one. */
  readonly files: readonly string[];
  /** When a call last worked on it, milliseconds since the epoch. */
  readonly askedAt: number;
  /** Parts that were ready after the last call that prepared it. */
  readonly preparedParts?: number;
  /** When the finish queue was last told that it is at rest, or a call began to finish it. */
  readonly toldAt?: number;
  /** It is swept. */
  readonly isOpen: boolean;
}

const SCHEMA = 'files/1';

function runFilesKey(run: string): string {
  return `FILES#${run}`;
}

function openAt(queue: string): string {
  return `${queue}#files`;
}

/** The files of a run; undefined where it is of none. */
export async function findRunFiles({ ledger }: { readonly ledger: Ledger }, run: string): Promise<RunFiles | undefined> {
  return bodyOf(await ledger.get(runFilesKey(run)));
}

/** Every run of a queue that is not done with, by run: a hint, perhaps old. */
export function openRunFiles({ ledger }: { readonly ledger: Ledger }, queue: string): AsyncIterable<RunFiles> {
  return eachBody<RunFiles>(ledger, { index: 'open', at: openAt(queue), limit: 500 });
}

/** Changes what is known of a run's files by compare-and-set; `change` may be called again, and undefined leaves it as it is. */
export function changeRunFiles(
  ports: RunPorts,
  run: string,
  change: (before: RunFiles | undefined) => RunFiles | undefined,
): Promise<RunFiles | undefined> {
  return transact<RunFiles | undefined>(ports, async () => {
    const item = await ports.ledger.get(runFilesKey(run));
    const before = bodyOf(item);
    const next = change(before);
    if (next === undefined) return { writes: [], result: before };
    return { writes: [{ put: itemOf(next), expect: item?.version ?? 'absent' }], result: next };
  });
}

/** Looks after a run again whose files are not at their end any more. */
export function reopenRun(ports: RunPorts, run: string): Promise<RunFiles | undefined> {
  return changeRunFiles(ports, run, (there) => {
    if (there === undefined || there.isOpen) return undefined;
    const { toldAt: _, ...kept } = there;
    return { ...kept, isOpen: true };
  });
}

/**
 * Looks after a run no more all of whose files are at their end. The commit fails where one of them was taken up again: whoever does
 * that changes the file first, and reopens its run then.
 */
export function closeRun(ports: RunPorts, run: string): Promise<void> {
  return transact<void>(ports, async () => {
    const item = await ports.ledger.get(runFilesKey(run));
    const of = bodyOf(item);
    if (of === undefined || !of.isOpen) return { writes: [], result: undefined };
    const state = (await findRun(ports.ledger, run))?.body.state;
    // its jobs are still being stopped: whoever sees it come to rest closes it
    if (state === 'running' || state === 'stopping') return { writes: [], result: undefined };
    const checks: Write[] = [];
    for (const id of of.files) {
      const { key, file, version } = await readFile(ports, id);
      if (file !== undefined && file.run === run && (!isOver(file) || file.isEnding)) return { writes: [], result: undefined };
      // more files of one run than a commit takes would have to be asked for on purpose
      if (checks.length < MAX_COMMIT_WRITES - 1) checks.push({ check: key, expect: version });
    }
    const { toldAt: _, ...kept } = of;
    const put = itemOf({ ...kept, isOpen: false });
    return { writes: [{ put, expect: item?.version ?? 'absent' }, ...checks], result: undefined };
  });
}

/** True when another file of the run is not at its end. */
export async function isWantedByOthers(
  ports: { readonly ledger: Ledger },
  { file, run }: { readonly file: string; readonly run: string },
): Promise<boolean> {
  for (const other of (await findRunFiles(ports, run))?.files ?? []) {
    const there = other === file ? undefined : await findFile(ports, other);
    if (there !== undefined && there.run === run && !isOver(there)) return true;
  }
  return false;
}

function itemOf(body: RunFiles): NewItem<RunFiles> {
  const indexes = body.isOpen ? [{ index: 'open', at: openAt(body.queue), sort: body.run } as const] : [];
  return { key: runFilesKey(body.run), schema: SCHEMA, body, indexes };
}

function bodyOf(item: Item<unknown> | undefined): RunFiles | undefined {
  if (item === undefined) return undefined;
  if (item.schema === SCHEMA) return item.body as RunFiles;
  throw new StateError('BR-E0205', `${item.key} has schema ${item.schema}; this version reads ${SCHEMA}`);
}
