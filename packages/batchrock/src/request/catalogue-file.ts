import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError, type ModelEntry, parseCatalogue } from '@batchrock/core';

/**
 * The catalogue with the entries of a JSON file in it; undefined without a file. Throws `BR-E0101` when it cannot be read, and
 * `BR-E0120` naming everything that is wrong in it.
 */
export function catalogueFrom(path: string | undefined): readonly ModelEntry[] | undefined {
  return path === undefined ? undefined : parseCatalogue(readJson(path));
}

/** The same question, whose catalogue is found from any folder. */
export function withCatalogue<T extends { readonly catalogue?: string }>(question: T, cwd: string): T {
  return question.catalogue === undefined ? question : { ...question, catalogue: resolve(cwd, question.catalogue) };
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InputError('BR-E0101', `the catalogue ${path} cannot be read`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError('BR-E0120', `the catalogue ${path} is no JSON: ${(cause as Error).message}`, { cause });
  }
}
