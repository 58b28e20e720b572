import type { BigIntStats } from 'node:fs';

/** As much as tells a file from every other one, whatever its name. */
export type FileFacts = Pick<BigIntStats, 'dev' | 'ino'>;

/** What is remembered of the files of this thread. */
const MOST_FILES = 4096;

const files = new Set<string>();

const nameOf = ({ dev, ino }: FileFacts): string => `${dev}:${ino}`;

/** A file that was written around the kernel's cache. */
export function noteAround(facts: FileFacts): void {
  files.add(nameOf(facts));
  if (files.size > MOST_FILES) for (const oldest of files) return void files.delete(oldest);
}

/** False where nobody need be asked about: no file was written so. */
export function knowsAround(): boolean {
  return files.size > 0;
}

/** True for one that is not in there, unless somebody has read it since. */
export function isAround(facts: FileFacts): boolean {
  return files.has(nameOf(facts));
}
