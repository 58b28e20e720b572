import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith } from '../../../test/cli-harness.ts';
import type { NotedExport } from '../../request/output.ts';
import { hasWholeResults } from './whole-results.ts';

test('results are whole where every file of one export of the run as it is now stands with its bytes', async () => {
  const cwd = folderWith({ a: 'four', b: 'four', [`split/${'0'.repeat(32)}.jsonl`]: 'four' });
  const note = (name: string, whole?: NotedExport['whole'], bytes = 4): NotedExport => ({
    path: join(cwd, name),
    bytes,
    xxh128: '0'.repeat(32),
    ...(whole && { whole }),
  });
  const at = (seq: number, files = 1, place = 'a') => ({ seq, files, place: join(cwd, place) });
  const split = `split/${'0'.repeat(32)}.jsonl`;
  expect(await hasWholeResults([note('a', at(7))], 7)).toBe(true);
  expect(await hasWholeResults([note('a', at(7, 2)), note('b', at(7, 2))], 7)).toBe(true);
  for (const noted of [
    [],
    [note('a')],
    [note('a', at(6))],
    [note('a', at(7), 5)],
    [note('c', at(7))],
    [note('a', at(7, 2))],
    // half of one export, and half of another
    [note('a', at(7, 2)), note('b', at(7, 2, 'b'))],
    [note('a', at(7, 2)), note('b', at(6, 2))],
    [note('a', at(7, 2)), note('c', at(7, 2))],
    [note(split, at(7, 1, split))],
  ]) {
    expect([noted, await hasWholeResults(noted, 7)]).toEqual([noted, false]);
  }
  expect(await hasWholeResults([note('a', at(7))], 7, { readsFiles: true })).toBe(false);
});
