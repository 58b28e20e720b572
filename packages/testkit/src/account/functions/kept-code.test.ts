import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { keptCode } from './kept-code.ts';

const work = mkdtempSync(join(tmpdir(), 'batchrock-kept-'));
afterAll(() => rmSync(work, { recursive: true }));

function codeFolder(name: string, code: string): string {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.mjs'), code);
  return folder;
}

it('gives the code of two assemblies one place by the key of its content, and other code another', () => {
  const cache = join(work, 'cache');
  const first = keptCode(codeFolder('a', 'one'), '1234.zip', cache);
  expect(readFileSync(join(first, 'index.mjs'), 'utf8')).toBe('one');
  expect(keptCode(codeFolder('b', 'one'), '1234.zip', cache)).toBe(first);
  const other = keptCode(codeFolder('c', 'two'), '5678.zip', cache);
  expect(readFileSync(join(other, 'index.mjs'), 'utf8')).toBe('two');
  expect(readdirSync(join(cache, 'functions')).sort()).toEqual(['1234', '5678']);
});

it('leaves the code where it is when nothing compiled is kept', () => {
  const folder = codeFolder('d', 'one');
  expect(keptCode(folder, '1234.zip', '')).toBe(folder);
});
