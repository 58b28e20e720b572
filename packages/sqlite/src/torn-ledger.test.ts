import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBatchrockError, type Write } from '@batchrock/core';
import { afterAll, describe, expect, test } from 'vitest';
import { openSqliteLedger, type SqliteLedger } from './sqlite-ledger.ts';

const folder = mkdtempSync(join(tmpdir(), 'batchrock-torn-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KEYS = Array.from({ length: 12 }, (_, i) => `PART#${i}`);
/** Commits of the ledger that is torn; each changes two items, and where they are to be found. */
const COMMITS = 12;

function commitAt(step: number): readonly Write[] {
  return [step % KEYS.length, (step + 5) % KEYS.length].map((i) => ({
    put: {
      key: KEYS[i] as string,
      schema: 'test/1',
      body: { step, text: `${step}`.repeat(120) },
      indexes: [{ index: 'open', at: `state-${step % 3}`, sort: `${i}` }],
    },
    expect: expected(step, i),
  }));
}

/** How often the item was written before. */
function expected(step: number, item: number): number | 'absent' {
  let before = 0;
  for (let each = 0; each < step; each++) if (each % KEYS.length === item || (each + 5) % KEYS.length === item) before++;
  return before === 0 ? 'absent' : before;
}

/** All that a ledger says: every item, and everything that is to be found somewhere. */
async function tell(ledger: SqliteLedger): Promise<string> {
  const items = await Promise.all(KEYS.map((key) => ledger.get(key)));
  const pages = await Promise.all([0, 1, 2].map((state) => ledger.page({ index: 'open', at: `state-${state}` })));
  return JSON.stringify({ items, pages });
}

/** A ledger as a killed process leaves it, with all its commits beside the file, and what it said after each of them. */
async function leftOpen(): Promise<{ readonly path: string; readonly told: readonly string[] }> {
  const at = join(folder, 'open.db');
  const path = join(folder, 'left.db');
  const ledger = openSqliteLedger(at);
  const told = [await tell(ledger)];
  for (let step = 0; step < COMMITS; step++) {
    expect(await ledger.commit(commitAt(step))).toBe('done');
    told.push(await tell(ledger));
  }
  for (const beside of ['', '-wal']) copyFileSync(`${at}${beside}`, `${path}${beside}`);
  ledger.close();
  return { path, told };
}

const left = await leftOpen();
const closed = join(folder, 'open.db');
const whole = left.told.at(-1) as string;

/** What a torn copy of a ledger says: all of it, or the code of the error. */
async function tellTorn(source: string, beside: '' | '-wal', tear: (path: string) => void): Promise<string> {
  const path = join(folder, 'torn.db');
  for (const name of [path, `${path}-wal`, `${path}-shm`]) rmSync(name, { force: true });
  copyFileSync(source, path);
  if (source === left.path) copyFileSync(`${source}-wal`, `${path}-wal`);
  tear(`${path}${beside}`);
  let ledger: SqliteLedger | undefined;
  try {
    ledger = openSqliteLedger(path);
    return await tell(ledger);
  } catch (error) {
    if (isBatchrockError(error)) return error.code;
    throw error;
  } finally {
    ledger?.close();
  }
}

/** Every so many bytes; odd, so that no field of a page is always passed over. */
function* positions(path: string, stride: number): Iterable<number> {
  for (let at = 0; at < statSync(path).size; at += stride) yield at;
}

function spoil(path: string, at: number, bytes: number, how: (byte: number) => number): void {
  const content = readFileSync(path);
  for (let i = at; i < Math.min(at + bytes, content.length); i++) content[i] = how(content[i] as number);
  writeFileSync(path, content);
}

describe('a ledger that was left by a killed process', () => {
  test('says after its log is cut at any byte what it said after some commit', async () => {
    for (const at of positions(`${left.path}-wal`, 4999)) {
      const said = await tellTorn(left.path, '-wal', (path) => truncateSync(path, at));
      expect(left.told, `cut at ${at}`).toContain(said);
    }
  });

  test('says after any byte of its log is another what it said after some commit', async () => {
    for (const at of positions(`${left.path}-wal`, 4999)) {
      const said = await tellTorn(left.path, '-wal', (path) => spoil(path, at, 1, (byte) => byte ^ 0x2a));
      expect(left.told, `byte ${at}`).toContain(said);
    }
  });
});

describe('a ledger that was closed says all that it said, or that it is damaged (BR-E0205)', () => {
  test('when it is cut at any byte', async () => {
    // an empty file is a new ledger
    for (const at of positions(closed, 499)) {
      if (at > 0) expect(await tellTorn(closed, '', (path) => truncateSync(path, at)), `cut at ${at}`).toBe('BR-E0205');
    }
  });

  test.each([
    ['any byte is another', 1, 127],
    ['any 64 bytes are others', 64, 499],
  ])('when %s', async (_, bytes, stride) => {
    let damaged = 0;
    for (const at of positions(closed, stride)) {
      const said = await tellTorn(closed, '', (path) => spoil(path, at, bytes, (byte) => byte ^ 0x2a));
      if (said !== 'BR-E0205') expect(said, `byte ${at}`).toBe(whole);
      else damaged++;
    }
    expect(damaged).toBeGreaterThan(5);
  });

  test('when a page is empty, or is another page of it', async () => {
    const pages = statSync(closed).size / 4096;
    for (let page = 0; page < pages; page++) {
      const empty = await tellTorn(closed, '', (path) => spoil(path, page * 4096, 4096, () => 0));
      expect(['BR-E0205', whole], `page ${page} empty`).toContain(empty);
      const other = await tellTorn(closed, '', (path) => {
        const content = readFileSync(path);
        content.copy(content, page * 4096, ((page + 1) % pages) * 4096, ((page + 1) % pages) * 4096 + 4096);
        writeFileSync(path, content);
      });
      expect(['BR-E0205', whole], `page ${page} another`).toContain(other);
    }
  });

  test('when more stands behind its end', async () => {
    expect(await tellTorn(closed, '', (path) => appendFileSync(path, 'more '.repeat(1000)))).toBe(whole);
  });
});

test('a ledger of the first version gets sums for what is written from then on', async () => {
  const path = join(folder, 'first.db');
  copyFileSync(closed, path);
  const database = new DatabaseSync(path);
  database.exec('ALTER TABLE items DROP COLUMN sum; PRAGMA user_version = 1');
  database.close();
  const ledger = openSqliteLedger(path);
  expect(await tell(ledger)).toBe(whole);
  expect(await ledger.commit(commitAt(COMMITS))).toBe('done');
  ledger.close();
  const again = new DatabaseSync(path);
  expect(again.prepare('SELECT count(*) AS items, count(sum) AS sums FROM items').get()).toEqual({ items: 12, sums: 2 });
  again.close();
});
