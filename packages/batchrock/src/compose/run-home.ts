import { type Dialect, type Ledger, type NewItem, type RunDocument, StateError } from '@batchrock/core';
import type { KnownExport, OutputPlace } from '../request/output.ts';
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
  readonly exports: readonly KnownExport[];
  /** `--max-error-rate`. */
  readonly maxErrorRate: number;
  /** Why nothing of it was sent, until its command is given again. */
  readonly refusal?: { readonly code: string; readonly message: string; readonly isFinal: boolean };
}

const SCHEMA = 'run-home/1';

function homeKey(run: string): string {
  return `RUN#${run}/HOME`;
}

/** Reads it. Throws `BR-E0201` for a run that this ledger does not know. */
export async function loadHome(ledger: Ledger, run: string): Promise<RunHome> {
  const home = await findHome(ledger, run);
  if (home !== undefined) return home;
  throw new StateError('BR-E0201', `no run ${run} in this ledger`, { details: { run } });
}

/** Reads it; undefined when there is none. */
export async function findHome(ledger: Ledger, run: string): Promise<RunHome | undefined> {
  const item = await ledger.get(homeKey(run));
  if (item === undefined) return undefined;
  if (item.schema === SCHEMA) return item.body as RunHome;
  throw new StateError('BR-E0205', `${item.key} has schema ${item.schema}; this version reads ${SCHEMA}`);
}

/** A home that knows these files of results, in place of what it knew at their paths. */
export function withExports(home: RunHome, files: readonly KnownExport[]): RunHome {
  const paths = new Set(files.map((file) => file.path));
  return { ...home, exports: [...home.exports.filter((each) => !paths.has(each.path)), ...files] };
}

/** Writes it, whatever stands there. Only the process that holds the run's lock may. */
export async function saveHome(ledger: Ledger, home: RunHome): Promise<void> {
  const key = homeKey(home.document.run);
  const put: NewItem<RunHome> = { key, schema: SCHEMA, body: home, indexes: [] };
  const before = await ledger.get(key);
  const result = await ledger.commit([{ put, expect: before?.version ?? 'absent' }]);
  if (result === 'done') return;
  throw new StateError('BR-E0203', `the ledger did not take ${key}; another process writes to it`);
}
