import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { hashText } from './random.ts';
import { reduceFaults } from './reduce.ts';
import { runSeed } from './seed.ts';
import type { Violation } from './trace.ts';

/** A world that broke a promise once, reduced to the faults that it needed. It must never do so again. */
export interface Regression {
  readonly seed: number;
  /** The promise that was broken. */
  readonly invariant: string;
  /** How, in words. */
  readonly words: string;
  /** The bug that was planted to break it; absent: it was a bug of ours. */
  readonly planted?: string;
  /** The only faults that strike. */
  readonly faults: readonly string[];
}

/** Where regressions are kept, one JSON file each. */
export const REGRESSIONS = fileURLToPath(new URL('./regressions/', import.meta.url));

/** Every regression by its file name, in order of the names. */
export async function readRegressions(folder = REGRESSIONS): Promise<ReadonlyMap<string, Regression>> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const read = async (name: string) => [name, JSON.parse(await readFile(`${folder}/${name}`, 'utf8')) as Regression] as const;
  return new Map(await Promise.all(names.map(read)));
}

/** Runs a regression; the promise that it breaks, if it does. */
export async function replay({ seed, faults }: Regression): Promise<Violation | undefined> {
  return (await runSeed(seed, { faults })).violation;
}

/**
 * Reduces a seed that fails to the fewest of its faults that still break the same promise. Undefined when it does not fail
 * with its own faults replayed.
 */
export async function reduceSeed(seed: number, planted?: string, maxTries?: number): Promise<Regression | undefined> {
  const first = await runSeed(seed);
  const { violation } = first;
  if (violation === undefined) return undefined;
  const { invariant } = violation;
  const fails = async (faults: readonly string[]): Promise<boolean> =>
    (await runSeed(seed, { faults })).violation?.invariant === invariant;
  if (!(await fails(first.struck))) return undefined;
  const faults = await reduceFaults(first.struck, fails, maxTries);
  const words = (await runSeed(seed, { faults })).violation?.message ?? '';
  return { seed, invariant, words, ...(planted !== undefined && { planted }), faults };
}

/** Writes a regression to its place; the name of its file. */
export async function writeRegression(regression: Regression, folder = REGRESSIONS): Promise<string> {
  const { seed, faults } = regression;
  const name = `${hashText(JSON.stringify([seed, faults]))
    .toString(16)
    .padStart(8, '0')}.json`;
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/${name}`, `${JSON.stringify(regression, null, 2)}\n`);
  return name;
}
