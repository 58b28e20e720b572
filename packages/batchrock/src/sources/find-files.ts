import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '@batchrock/core';

/** Characters that make a name a pattern, unless a file has exactly that name. */
const PATTERN = /[*?[\]{}]/;

/**
 * The files of this machine that a name means: itself, or for a pattern such as `data/*.csv`, `data/**\/*.csv` or `{a,b}.csv`
 * all that fit, in order of their names' UTF-16 units. Hidden files fit only a pattern that spells out the dot. Throws
 * `BR-E0101` when none does.
 */
export async function findFiles(name: string, cwd: string): Promise<readonly string[]> {
  if (!PATTERN.test(name) || (await isThere(resolve(cwd, name)))) return [name];
  const { glob } = await import('tinyglobby');
  const found = await glob(name, { cwd, absolute: false, expandDirectories: false });
  if (found.length > 0) return found.sort();
  throw new InputError('BR-E0101', `no file fits ${name}`, {
    details: { file: name },
    hint: 'patterns have * ? ** [ab] {a,b}; relative ones start at the current directory',
  });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
