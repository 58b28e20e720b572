import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { nameBehind, removeAbandoned, temporaryName } from './temporary-name.ts';

test('what a process that is no more has left is removed; what belongs to another file, machine or process stays', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'batchrock-temporary-')), 'out.csv');
  const mine = temporaryName(path);
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const left = mine.replace(`-${process.pid}-`, `-${dead}-`);
  const kept = [
    mine,
    left.replace('.out.csv.', '.out.csv2.'),
    left.replace(/\.[0-9a-f]{6}-/, '.zzzzzz-'),
    left.replace(/\.part$/, '.txt'),
    left.replace(`-${dead}-`, '-1-'),
  ];
  for (const each of [left, ...kept]) writeFileSync(each, '');
  await removeAbandoned(path);
  expect(existsSync(left)).toBe(false);
  expect(kept.filter((each) => !existsSync(each))).toEqual([]);
});

test('a hidden neighbour says what was to take which name', () => {
  const hidden = basename(temporaryName('/a/out.csv'));
  expect(nameBehind(hidden)).toBe('out.csv');
  for (const other of ['out.csv', 'out.part', '.out.part', hidden.slice(1), hidden.replace('.part', '')]) {
    expect(nameBehind(other)).toBeUndefined();
  }
});
