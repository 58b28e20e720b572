import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openMemoryFolder, openRunFolder, removeDeadRuns, removeRunFolder } from './memory-folder.ts';

test('a run has a folder on the disk and one in memory where that has room, and leaves neither', async () => {
  const dir = await openRunFolder();
  expect(openMemoryFolder(dir, Number.MAX_SAFE_INTEGER)).toBeUndefined();
  const memory = openMemoryFolder(dir, 1000);
  if (memory !== undefined) writeFileSync(join(memory, 'output'), 'x');
  removeDeadRuns();
  expect(existsSync(dir)).toBe(true);
  removeRunFolder(dir);
  expect([dir, memory].map((folder) => folder !== undefined && existsSync(folder))).toEqual([false, false]);
});

test('what a run has left that was killed is removed by the next one', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const left = join(tmpdir(), `batchrock-bench-run-${pid}-abcdef`);
  mkdirSync(left);
  removeDeadRuns();
  expect(existsSync(left)).toBe(false);
});
