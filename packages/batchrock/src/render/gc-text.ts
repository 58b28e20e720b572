import type { Freed, Garbage, GarbageKind, GcReport } from '../sdk/gc/gc-report.ts';
import { bytes, count, isoTime, localTime, plural } from './figures.ts';
import { type Column, renderTable } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'WHAT' },
  { title: 'SINCE' },
  { title: 'FILES', side: 'right' },
  { title: 'SIZE', side: 'right' },
  { title: 'WHY' },
];

const WHAT: Readonly<Record<GarbageKind, string>> = {
  run: 'run',
  dataset: 'copy of a dataset',
  images: 'fetched images',
  answers: 'answers of one model',
  partial: 'half a file',
};

/** What would go, a line each, and all of it together. */
export function renderGarbage({ garbage }: GcReport): string[] {
  const lines = renderTable(
    COLUMNS,
    garbage.map((each) => [nameOf(each), localTime(each.at), count(each.files), bytes(each.bytes), each.why]),
  );
  const { files, bytes: size } = sumsOf(garbage);
  return [...lines, `${plural(files, 'file')}, ${bytes(size)} in all`];
}

function nameOf({ kind, name }: Garbage): string {
  return `${WHAT[kind]} ${name}`;
}

/** Runs that are old enough and stay. */
export function keptLines({ kept }: GcReport): string[] {
  return kept.map(({ run, why }) => `run ${run} stays: ${why}`);
}

/** The same as `--json` tells it. */
export function garbageDocument({ path, garbage, kept }: GcReport): object {
  return {
    path,
    ...sumsOf(garbage),
    garbage: garbage.map(({ at, ...each }) => ({ ...each, since: isoTime(at) })),
    kept,
  };
}

/** What was removed; null where nothing was. */
export function freedDocument(freed: Freed | undefined): object | null {
  return freed ?? null;
}

function sumsOf(garbage: readonly Garbage[]): { readonly files: number; readonly bytes: number } {
  return {
    files: garbage.reduce((sum, each) => sum + each.files, 0),
    bytes: garbage.reduce((sum, each) => sum + each.bytes, 0),
  };
}
