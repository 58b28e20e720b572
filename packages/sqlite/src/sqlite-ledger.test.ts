import { mkdtemp, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Write } from '@batchrock/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputOf, startProgram } from '../test/fixture-process.ts';
import { LEDGER_SCHEMA_VERSION } from './open-database.ts';
import { openSqliteLedger, type SqliteLedger } from './sqlite-ledger.ts';

let folder: string;
let path: string;
const open: SqliteLedger[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-sqlite-'));
  path = join(folder, 'state', 'ledger.db');
});
afterEach(async () => {
  for (const ledger of open.splice(0)) ledger.close();
  await rm(folder, { recursive: true, force: true });
});

function openHere(): SqliteLedger {
  const ledger = openSqliteLedger(path);
  open.push(ledger);
  return ledger;
}

function put(key: string, expect: number | 'absent', body: unknown = {}): Write {
  return { put: { key, schema: 'test/1', body, indexes: [{ index: 'runs', at: 'all', sort: key }] }, expect };
}

describe('a SQLite ledger', () => {
  it('belongs to its user alone', async () => {
    openHere();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'state'))).mode & 0o777).toBe(0o700);
  });

  it('keeps what was committed when it is opened again', async () => {
    const first = openSqliteLedger(path);
    await first.commit([put('a', 'absent', { n: 1 })]);
    first.close();
    expect((await openHere().get('a'))?.body).toEqual({ n: 1 });
  });

  it('shows a commit at once to whoever else has it open', async () => {
    const [one, two] = [openHere(), openHere()];
    await one.commit([put('a', 'absent')]);
    expect((await two.get('a'))?.version).toBe(1);
    expect(await two.commit([put('a', 'absent')])).toEqual({ stale: ['a'] });
  });

  it('says contended when another process writes for too long', async () => {
    const ledger = openHere();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect(await ledger.commit([put('a', 'absent')])).toBe('contended');
    other.exec('ROLLBACK');
    other.close();
    expect(await ledger.commit([put('a', 'absent')])).toBe('done');
  });

  it('gives every step to exactly one of several processes', async () => {
    openHere();
    const racers = [1, 2, 3, 4].map(() => outputOf(startProgram('racer', path, '25')));
    const results = await Promise.all(racers);
    expect(results.map((result) => result.code)).toEqual([0, 0, 0, 0]);
    const steps = results.flatMap((result) => result.out.trim().split('\n').map(Number));
    expect(steps.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(await openHere().get('counter')).toMatchObject({ version: 100, body: { count: 100 } });
  });

  it('loses no commit that was acknowledged when its process is killed', async () => {
    openHere();
    const racer = startProgram('racer', path, '1000000');
    const result = outputOf(racer);
    await new Promise<void>((resolve) => {
      let seen = 0;
      racer.stdout?.on('data', (data: Buffer) => (seen += data.toString().split('\n').length - 1) >= 50 && resolve());
    });
    racer.kill('SIGKILL');
    const acknowledged = (await result).out.trim().split('\n').map(Number).at(-1) ?? 0;
    const item = await openHere().get('counter');
    const { count } = (item?.body ?? {}) as { count: number };
    // the last commit may have been durable before its line was written
    expect([acknowledged, acknowledged + 1]).toContain(count);
    expect(item?.version).toBe(count);
  });

  it('takes no more commits when its file is removed, moved or replaced while it is open', async () => {
    const ledger = openHere();
    expect(await ledger.commit([put('a', 'absent')])).toBe('done');
    await rename(path, `${path}.moved`);
    const refused = { code: 'BR-E0205', message: expect.stringContaining('removed or replaced') };
    await expect(ledger.commit([put('b', 'absent')])).rejects.toMatchObject(refused);
    const other = openHere();
    await expect(ledger.commit([put('b', 'absent')])).rejects.toMatchObject(refused);
    expect(await other.commit([put('b', 'absent')])).toBe('done');
  });

  it('writes nothing to standard error', async () => {
    const { err, code } = await outputOf(startProgram('racer', path, '1'));
    expect({ err, code }).toEqual({ err: '', code: 0 });
  });
});

describe('a file that is no ledger of this version', () => {
  const refused = { code: 'BR-E0205', kind: 'state' };

  it('is refused when a newer version wrote it', () => {
    openSqliteLedger(path).close();
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA user_version = ${LEDGER_SCHEMA_VERSION + 1}`);
    database.close();
    expect(() => openSqliteLedger(path)).toThrowError(expect.objectContaining(refused));
    expect(() => openSqliteLedger(path)).toThrowError(/version 3; this program reads version 2/);
  });

  it('is refused, and left as it is, when it is a database of something else', async () => {
    path = join(folder, 'other.db');
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE other (x)');
    database.close();
    expect(() => openSqliteLedger(path)).toThrowError(expect.objectContaining(refused));
    const again = new DatabaseSync(path);
    expect(again.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'other' }]);
    again.close();
  });

  it('is refused with a remedy when it is not a database at all', async () => {
    path = join(folder, 'ledger.db');
    await writeFile(path, 'this is a note to myself, not a database, and it is longer than the header of one. '.repeat(4));
    expect(() => openSqliteLedger(path)).toThrowError(
      expect.objectContaining({ ...refused, hint: expect.stringContaining('move') }),
    );
    expect((await readFile(path, 'utf8')).startsWith('this is a note')).toBe(true);
  });

  it('is refused with a remedy when its pages are overwritten', async () => {
    const ledger = openSqliteLedger(path);
    for (let i = 0; i < 200; i++) await ledger.commit([put(`key-${i}`, 'absent', { text: 'x'.repeat(500) })]);
    ledger.close();
    const bytes = await readFile(path);
    bytes.fill(0xa5, 4096, 64 * 1024);
    await writeFile(path, bytes);
    const use = async () => {
      const damaged = openHere();
      for (let i = 0; i < 200; i++) await damaged.get(`key-${i}`);
    };
    await expect(use()).rejects.toMatchObject(refused);
  });

  it('is refused when it is cut off', async () => {
    const ledger = openSqliteLedger(path);
    for (let i = 0; i < 200; i++) await ledger.commit([put(`key-${i}`, 'absent', { text: 'x'.repeat(500) })]);
    ledger.close();
    await truncate(path, 10_000);
    const use = async () => {
      const damaged = openHere();
      for (let i = 0; i < 200; i++) await damaged.get(`key-${i}`);
    };
    await expect(use()).rejects.toMatchObject(refused);
  });

  it('is refused when its directory cannot be made', async () => {
    await writeFile(join(folder, 'state'), 'a file where the directory should be');
    expect(() => openSqliteLedger(path)).toThrowError(expect.objectContaining(refused));
  });
});
