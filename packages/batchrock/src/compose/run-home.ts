import {
  type Dialect,
  type Item,
  type Ledger,
  type NewItem,
  type RunDocument,
  type RunPorts,
  StateError,
  transact,
} from '@batchrock/core';
import type { NotedExport, OutputPlace } from '../request/output.ts';
import type { Target } from './target.ts';

/**
 * What this ledger knows of a run beside what the core keeps: where it runs, so that every later command finds its way, and
 * what was asked, so that its state can be told without the bucket. Schema `run-home/1`.
 */
export interface RunHome {
  readonly document: RunDocument;
  readonly target: Target;
  readonly dataset: {
    /** As the user gave it; its files are in the document. */
    readonly name: string;
    readonly format: Dialect['format'];
    readonly delimiter?: string;
  };
  /** Where results were asked to go. */
  readonly output?: OutputPlace;
  /** Files that results were written to; noted before each appears. */
  readonly exports: readonly NotedExport[];
  /** `--max-error-rate`. */
  readonly maxErrorRate: number;
  /**
   * Why nothing of it was sent, until its command is given again. `at`: when it was refused, milliseconds since the epoch; `since`: when that
   * began, where its command is given again and again.
   */
  readonly refusal?: {
    readonly code: string;
    readonly message: string;
    readonly isFinal: boolean;
    readonly at?: number;
    readonly since?: number;
  };
  /** Since when its rows and outcomes are removed, milliseconds since the epoch, and whether all of them are. */
  readonly freed?: { readonly at: number; readonly isDone: boolean };
}

/** Throws `BR-E0208` for a run whose rows and outcomes were removed: what is known of it is in the ledger. */
export function requireWhole({ document: { run }, freed }: RunHome): void {
  if (freed === undefined) return;
  const day = new Date(freed.at).toISOString().slice(0, 10);
  throw new StateError('BR-E0208', `the rows and outcomes of run ${run} were removed on ${day} by batchrock gc`, {
    hint: `batchrock status ${run} and batchrock cost ${run} tell how it came out; run with --new sends the dataset again`,
    details: { run },
  });
}

const SCHEMA = 'run-home/1';

function homeKey(run: string): string {
  return `RUN#${run}/HOME`;
}

/** Reads it. Throws `BR-E0201` for a run that this ledger does not know. */
export async function loadHome(ledger: Ledger, run: string): Promise<RunHome> {
  return (await loadItem(ledger, run)).body;
}

/** Reads it; undefined when there is none. */
export async function findHome(ledger: Ledger, run: string): Promise<RunHome | undefined> {
  return (await findItem(ledger, run))?.body;
}

/**
 * Notes files of results with their run, in place of what it knew at their paths. Others may note theirs at the same time: it is
 * done anew upon what they wrote. Throws `BR-E0201` for a run that this ledger does not know.
 */
export function noteExports(ports: RunPorts, run: string, files: readonly NotedExport[]): Promise<void> {
  const paths = new Set(files.map((file) => file.path));
  return changeHome(ports, run, ({ exports }) => ({
    exports: [...exports.filter((each) => !paths.has(each.path)), ...files],
  }));
}

/** Changes it, upon whatever others have written meanwhile. Throws `BR-E0201` for a run that this ledger does not know. */
export function changeHome(ports: RunPorts, run: string, change: (home: RunHome) => Partial<RunHome>): Promise<void> {
  return transact<void>(ports, async () => {
    const { body, version } = await loadItem(ports.ledger, run);
    return { writes: [{ put: itemOf({ ...body, ...change(body) }), expect: version }], result: undefined };
  });
}

/** Writes it, whatever stands there. Only the process that holds the run's lock may. */
export async function saveHome(ledger: Ledger, home: RunHome): Promise<void> {
  const put = itemOf(home);
  const before = await ledger.get(put.key);
  const result = await ledger.commit([{ put, expect: before?.version ?? 'absent' }]);
  if (result === 'done') return;
  throw new StateError('BR-E0203', `the ledger did not take ${put.key}; another process writes to it`);
}

function itemOf(home: RunHome): NewItem<RunHome> {
  return { key: homeKey(home.document.run), schema: SCHEMA, body: home, indexes: [] };
}

async function loadItem(ledger: Ledger, run: string): Promise<Item<RunHome>> {
  const item = await findItem(ledger, run);
  if (item !== undefined) return item;
  throw new StateError('BR-E0201', `no run ${run} in this ledger`, { details: { run } });
}

async function findItem(ledger: Ledger, run: string): Promise<Item<RunHome> | undefined> {
  const item = await ledger.get(homeKey(run));
  if (item === undefined || item.schema === SCHEMA) return item as Item<RunHome> | undefined;
  throw new StateError('BR-E0205', `${item.key} has schema ${item.schema}; this version reads ${SCHEMA}`);
}
