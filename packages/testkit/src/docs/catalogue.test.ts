import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CATALOGUE } from '@batchrock/core';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../../..');
const CODE = /BR-E\d{4}/g;

/** A comment names a code and throws nothing. */
const COMMENT = /^\s*(\*|\/\/|\/\*)/;

/** A test that makes an error itself, to see how it is shown, has not made the program meet it. */
const MADE_HERE = /(Error|service)\(\s*'BR-E/;

/** Where each code stands in lines that `counts` takes. */
function placesOf(files: readonly string[], counts: (line: string) => boolean): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const file of files) {
    for (const [i, line] of readFileSync(join(ROOT, file), 'utf8').split('\n').entries()) {
      for (const [code] of counts(line) ? line.matchAll(CODE) : []) {
        const known = places.get(code) ?? [];
        places.set(code, [...known, `${file}:${i + 1}`]);
      }
    }
  }
  return places;
}

const SOURCES = globSync('packages/*/{src,bin}/**/*.{ts,js}', { cwd: ROOT }).filter(
  (file) => !file.startsWith('packages/testkit/') && !file.endsWith('errors/catalogue.ts'),
);
const TESTS = globSync('packages/*/src/**/*.test.ts', { cwd: ROOT });
const CODES = Object.keys(ERROR_CATALOGUE);

const thrown = placesOf(
  // the table of exit codes names codes that others throw
  SOURCES.filter((file) => !file.endsWith('.test.ts') && !file.endsWith('cli/exit-codes.ts')),
  (line) => !COMMENT.test(line),
);
const triggered = placesOf(
  TESTS.filter((file) => !file.endsWith('docs/catalogue.test.ts')),
  (line) => !COMMENT.test(line) && !MADE_HERE.test(line),
);
const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

describe('each code of the catalogue', () => {
  it.each(CODES)('%s has a title of its own, a hint and a place in docs/errors.md', (code) => {
    const { title, hint } = ERROR_CATALOGUE[code as keyof typeof ERROR_CATALOGUE];
    expect(title.length).toBeGreaterThan(3);
    expect(hint.length).toBeGreaterThan(3);
    expect(Object.values(ERROR_CATALOGUE).filter((each) => each.title === title)).toHaveLength(1);
    expect(page).toContain(`### ${code}\n`);
  });

  it.each(CODES)('%s is thrown by the product', (code) => expect(thrown.get(code) ?? []).not.toEqual([]));

  it.each(CODES)('%s is met by a test that makes the product throw it', (code) => {
    expect(triggered.get(code) ?? []).not.toEqual([]);
  });
});

describe('codes', () => {
  it('that the product throws or the pages name are in the catalogue', () => {
    const named = [...thrown.keys(), ...[...page.matchAll(CODE)].map(([code]) => code)];
    expect(named.filter((code) => !CODES.includes(code))).toEqual([]);
  });
});
