import type { WrittenPart } from './table-writes.ts';

/** Where the write units of a run went, as a table in Markdown: the steps that took most first, and the items of each. */
export function writesTable(parts: readonly WrittenPart[], jobs: number): string {
  const byName = new Map<string, WrittenPart[]>();
  for (const part of parts) {
    const name = `${part.step} | ${part.item}`;
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [part]);
    else known.push(part);
  }
  const groups = [...byName].map(([name, written]) => ({
    name,
    count: written.length,
    units: sum(written, ({ units }) => units),
    indexUnits: sum(written, ({ indexUnits }) => indexUnits),
    bytes: written.reduce((most, { bytes }) => Math.max(most, bytes), 0),
  }));
  const lines = groups
    .toSorted((a, b) => b.units - a.units)
    .map(({ name, count, units, indexUnits, bytes }) => row(name, [count, bytes, units, indexUnits, round(units / jobs)]));
  const all = sum(groups, ({ units }) => units);
  return [
    '| step | item | writes | most bytes | units | of these in indexes | units a job |',
    '|---|---|---:|---:|---:|---:|---:|',
    ...lines,
    row('all | ', ['', '', all, sum(groups, ({ indexUnits }) => indexUnits), round(all / jobs)]),
  ].join('\n');
}

/** Which requests were made of S3, as a table in Markdown: the most frequent first. */
export function objectCallsTable(calls: ReadonlyMap<string, number>, jobs: number): string {
  const lines = [...calls].toSorted(([, a], [, b]) => b - a).map(([kind, count]) => row(kind, [count, round(count / jobs)]));
  return ['| request | count | a job |', '|---|---:|---:|', ...lines].join('\n');
}

function row(name: string, cells: readonly (number | string)[]): string {
  return `| ${[name, ...cells].join(' | ')} |`;
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
