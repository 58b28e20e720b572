import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstLine, outputOf, startProgram } from '../test/fixture-process.ts';
import { holdLock } from './hold-lock.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-lock-'));
  path = join(folder, 'locks', 'r-1.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a held lock', () => {
  it('is refused to everybody else in the process until it is released', () => {
    const lock = holdLock(path);
    expect(lock).toBeDefined();
    expect(holdLock(path)).toBeUndefined();
    lock?.release();
    lock?.release();
    const again = holdLock(path);
    expect(again).toBeDefined();
    again?.release();
  });

  it('is refused to another process, also after this one tried for it twice', async () => {
    const lock = holdLock(path);
    // POSIX drops all locks of a process on a file when it closes any descriptor of it; a second try must not do that
    expect(holdLock(path)).toBeUndefined();
    expect((await outputOf(startProgram('lock-holder', path))).out).toBe('busy\n');
    lock?.release();
  });

  it('is free at once when its holder is killed', async () => {
    const holder = startProgram('lock-holder', path);
    const ended = outputOf(holder);
    expect(await firstLine(holder)).toBe('held');
    expect(holdLock(path)).toBeUndefined();
    holder.kill('SIGKILL');
    await ended;
    const lock = holdLock(path);
    expect(lock).toBeDefined();
    lock?.release();
  });
});
