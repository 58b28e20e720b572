import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { KeptAnswer } from '@batchrock/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputOf, startProgram } from '../test/fixture-process.ts';
import { openSqliteAnswers, type SqliteAnswers } from './sqlite-answers.ts';

const SCOPE = { digest: 'a scope', modelId: 'a.model' };
const OTHER = { digest: 'another', modelId: 'b.model' };
const ALL = { mostBytes: 1 << 30 };

let folder: string;
let path: string;
let time = 0;
const open: SqliteAnswers[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-answers-'));
  path = join(folder, 'state', 'answers.db');
  time = 0;
});
afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  await rm(folder, { recursive: true, force: true });
});

function openHere(): SqliteAnswers {
  const answers = openSqliteAnswers(path, () => time);
  open.push(answers);
  return answers;
}

const requestOf = (n: number): Uint8Array => createHash('sha256').update(`request ${n}`).digest();
const answerOf = (n: number): string => `answer ${n} `.repeat(60);

function some(from: number, to: number): KeptAnswer[] {
  return Array.from({ length: to - from }, (_, i) => ({ request: requestOf(from + i), answer: Buffer.from(answerOf(from + i)) }));
}

/** How many of the first answers are there, each as it was put; fails for one behind a gap. */
async function countWhole(answers: SqliteAnswers, most: number): Promise<number> {
  const requests = Array.from({ length: most }, (_, n) => requestOf(n));
  const found = await answers.find(SCOPE, requests, ALL);
  const gap = found.indexOf(undefined);
  const count = gap < 0 ? found.length : gap;
  expect(found.slice(count).every((answer) => answer === undefined)).toBe(true);
  for (let n = 0; n < count; n++) expect(Buffer.from(found[n]!).toString()).toBe(answerOf(n));
  return count;
}

describe('a cache in a file', () => {
  it('belongs to its user alone, and keeps what was put', async () => {
    await openHere().put(SCOPE, some(0, 3));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await countWhole(openHere(), 5)).toBe(3);
  });

  it('has whole answers and nothing else when its process is killed while it fills it', async () => {
    for (const hundreds of [1, 2, 3, 5, 8, 13]) {
      path = join(folder, `${hundreds}.db`);
      const filler = startProgram('answer-filler', path, '0', '10000000');
      const result = outputOf(filler);
      await new Promise<void>((resolve) => {
        let seen = '';
        filler.stdout?.on('data', (data: Buffer) => {
          seen += data.toString();
          if (seen.split('\n').length > hundreds) resolve();
        });
      });
      // not just behind the line
      for (let turn = 0; turn < 7 * hundreds; turn++) await new Promise(setImmediate);
      filler.kill('SIGKILL');
      const acknowledged = Number((await result).out.trim().split('\n').at(-1));
      const count = await countWhole(openHere(), acknowledged + 200);
      // all of a hundred or none of it; the last may have been kept before its line was written
      expect([acknowledged, acknowledged + 100]).toContain(count);
    }
  });

  it('takes what several processes put at once', async () => {
    openHere();
    // the first two put the same answers
    const ranges = [
      ['0', '2000'],
      ['0', '2000'],
      ['1000', '3000'],
    ];
    const ended = await Promise.all(ranges.map((range) => outputOf(startProgram('answer-filler', path, ...range))));
    expect(ended.map(({ code, err }) => ({ code, err }))).toEqual(ranges.map(() => ({ code: 0, err: '' })));
    expect(await countWhole(openHere(), 3000)).toBe(3000);
    expect(openHere().list()).toMatchObject([{ modelId: 'a.model', answers: 3000 }]);
  });

  it('waits for another that writes, and says so when that takes too long', async () => {
    const answers = openHere();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const putting = answers.put(SCOPE, some(0, 10));
    // its first try has failed by now
    other.exec('ROLLBACK');
    await putting;
    expect(await countWhole(answers, 20)).toBe(10);
    other.exec('BEGIN IMMEDIATE');
    await expect(answers.put(SCOPE, some(10, 20))).rejects.toMatchObject({ code: 'BR-E0203' });
    expect(await countWhole(answers, 20)).toBe(10);
    other.close();
  });

  it('tells what it has by model, and removes by model and by age', async () => {
    const answers = openHere();
    time = 1000;
    await answers.put(SCOPE, some(0, 5));
    await answers.put({ ...SCOPE, digest: 'the same model, asked otherwise' }, some(0, 2));
    time = 2000;
    await answers.put(SCOPE, some(0, 8));
    await answers.put(OTHER, some(0, 1));
    const bytes = some(0, 8).reduce((sum, { answer }) => sum + answer.length, 0);
    const both = some(0, 2).reduce((sum, { answer }) => sum + answer.length, 0);
    expect(answers.list()).toEqual([
      { modelId: 'a.model', answers: 10, bytes: bytes + both, oldestAt: 1000, newestAt: 2000 },
      { modelId: 'b.model', answers: 1, bytes: answerOf(0).length, oldestAt: 2000, newestAt: 2000 },
    ]);
    expect(answers.list({ modelId: 'b.model' })).toHaveLength(1);
    expect(answers.list({ before: 2000 })).toMatchObject([{ modelId: 'a.model', answers: 7 }]);
    expect(answers.clear({ modelId: 'b.model', before: 2000 })).toBe(0);
    expect(answers.clear({ before: 2000 })).toBe(7);
    expect(answers.clear({ modelId: 'b.model' })).toBe(1);
    expect(answers.list()).toMatchObject([{ modelId: 'a.model', answers: 3, oldestAt: 2000 }]);
    expect(answers.clear()).toBe(3);
    expect(answers.list()).toEqual([]);
  });

  it('gives the space of what is removed back', async () => {
    const answers = openHere();
    for (let from = 0; from < 30_000; from += 1000) await answers.put(SCOPE, some(from, from + 1000));
    expect((await stat(path)).size).toBeGreaterThan(10 << 20);
    expect(answers.clear()).toBe(30_000);
    expect((await stat(path)).size).toBeLessThan(1 << 20);
  });

  it('has no answer that is not as it was put', async () => {
    await openHere().put(SCOPE, some(0, 3));
    for (const each of open.splice(0)) each.close();
    const bytes = await readFile(path);
    bytes[bytes.indexOf('answer 1 answer 1') + 3] = 0x58;
    await writeFile(path, bytes);
    const found = await openHere().find(SCOPE, [0, 1, 2].map(requestOf), ALL);
    expect(found.map((answer) => answer !== undefined)).toEqual([true, false, true]);
  });
});

describe('a file that is no cache of this version', () => {
  it('is refused with a remedy, and left as it is', async () => {
    const other = join(folder, 'other.db');
    const database = new DatabaseSync(other);
    database.exec('CREATE TABLE other (x)');
    database.close();
    const refused = { code: 'BR-E0220', hint: expect.stringContaining('move') };
    expect(() => openSqliteAnswers(other, () => 0)).toThrowError(expect.objectContaining(refused));
    const text = join(folder, 'text.db');
    await writeFile(text, 'this is a note to myself, not a database, and it is longer than the header of one. '.repeat(4));
    expect(() => openSqliteAnswers(text, () => 0)).toThrowError(expect.objectContaining(refused));
    expect((await readFile(text, 'utf8')).startsWith('this is a note')).toBe(true);
    openHere();
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 7');
    newer.close();
    expect(() => openSqliteAnswers(path, () => 0)).toThrowError(expect.objectContaining(refused));
  });
});
