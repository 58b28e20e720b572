import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextLoop } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Child, startChild } from '../../testing/child.ts';
import { listAll } from '../index.ts';
import { DiskObjectStorage } from './disk-object-storage.ts';

let dir: string;
let storage: DiskObjectStorage;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'batchrock-disk-'));
  storage = DiskObjectStorage.open(dir);
  storage.buckets.create('b', 'us-east-1');
});
afterEach(() => {
  storage.close();
  rmSync(dir, { recursive: true, force: true });
});

function reopen(): void {
  storage.close();
  storage = DiskObjectStorage.open(dir);
}

async function put(key: string, text: string): Promise<void> {
  const write = storage.create('b', key);
  await write.write(Buffer.from(text));
  expect(await write.commit()).toMatchObject({ status: 'stored' });
}

async function get(key: string, from?: number, to?: number): Promise<string | undefined> {
  const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  const found = await storage.open('b', key, range);
  if (found === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of found.body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function files(): string[] {
  const entries = readdirSync(join(dir, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('a write', () => {
  test('is seen when it is committed, not before, and never when it is aborted', async () => {
    const write = storage.create('b', 'key');
    await write.write(Buffer.alloc(600_000, 'x'));
    expect(await storage.head('b', 'key')).toBeUndefined();
    expect(files()).toHaveLength(1);
    expect(await write.commit()).toMatchObject({ status: 'stored', object: { key: 'key', size: 600_000 } });
    await write.abort();
    expect((await get('key'))?.length).toBe(600_000);
    const other = storage.create('b', 'other');
    await other.write(Buffer.alloc(600_000, 'x'));
    await other.abort();
    expect(await storage.head('b', 'other')).toBeUndefined();
    expect(files()).toHaveLength(1);
  });

  test('takes bytes that are used again afterwards', async () => {
    const write = storage.create('b', 'reused');
    const bytes = Buffer.from('first ');
    await write.write(bytes);
    bytes.write('second');
    await write.write(bytes);
    await write.commit();
    expect(await get('reused')).toBe('first second');
  });

  test('says which condition failed, and leaves no file then', async () => {
    const attempt = async (conditions: object, bucket = 'b') => {
      const write = storage.create(bucket, 'conditional');
      await write.write(Buffer.from('x'));
      return write.commit(conditions);
    };
    expect(await attempt({ ifMatch: 'any' })).toEqual({ status: 'absent' });
    const first = await attempt({ ifAbsent: true });
    const etag = first.status === 'stored' ? first.object.etag : '';
    expect(await attempt({ ifAbsent: true })).toEqual({ status: 'exists' });
    expect(await attempt({ ifMatch: 'other' })).toEqual({ status: 'changed' });
    expect(await attempt({ ifMatch: etag })).toMatchObject({ status: 'stored' });
    expect(await attempt({}, 'no-bucket')).toEqual({ status: 'no-bucket' });
    expect(files()).toHaveLength(1);
  });
});

describe('a replaced or removed object', () => {
  test('can still be read by those who had opened it; its file goes after them', async () => {
    await put('key', 'old');
    const opened = await storage.open('b', 'key');
    await put('key', 'new');
    expect(files()).toHaveLength(2);
    const chunks: Buffer[] = [];
    for await (const chunk of opened!.body) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('old');
    await nextLoop();
    expect(files()).toHaveLength(1);
    await storage.remove('b', ['key', 'none']);
    expect(files()).toHaveLength(0);
  });

  test('that was opened and never read lets its file go as well', async () => {
    await put('key', 'old');
    const opened = await storage.open('b', 'key');
    await storage.remove('b', ['key']);
    expect(files()).toHaveLength(1);
    await new Promise((resolve) => opened!.body.once('close', resolve).destroy());
    expect(files()).toHaveLength(0);
  });

  test('keeps the file that a copy of it shares', async () => {
    await put('source', 'shared');
    storage.copy(storage.find('b', 'source')!, 'b', 'copy');
    await storage.remove('b', ['source']);
    expect(await get('copy')).toBe('shared');
    await storage.remove('b', ['copy']);
    expect(files()).toHaveLength(0);
  });
});

test('everything is there after the folder is opened again', async () => {
  await put('a/../ü ', 'text');
  const before = await storage.head('b', 'a/../ü ');
  reopen();
  expect(await storage.head('b', 'a/../ü ')).toEqual(before);
  expect(await get('a/../ü ', 1, 3)).toBe('ex');
  expect(await storage.hasBucket('b')).toBe(true);
});

test('what a killed process left half written is swept when the folder is opened, and nothing else is', async () => {
  await put('kept', 'kept');
  const upload = storage.uploads.begin('b', 'open upload', { headers: {}, metadata: {} });
  const part = storage.uploads.newPart();
  await part.write(Buffer.from('part'));
  await storage.uploads.keepPart(upload, { number: 1, etag: '0'.repeat(32) }, part);
  const [kept, open] = files();
  mkdirSync(join(dir, 'blobs', 'ab'), { recursive: true });
  writeFileSync(join(dir, 'blobs', 'ab', `ab${'0'.repeat(30)}`), 'half an object');
  reopen();
  expect(files().sort()).toEqual([kept, open].sort());
  expect(await get('kept')).toBe('kept');
});

test('kill -9 in the middle of uploads leaves whole objects or none', async () => {
  const own = mkdtempSync(join(tmpdir(), 'batchrock-kill-'));
  const child: Child<{ url: string }> = await startChild('serve.ts', { dir: own, buckets: ['b'] });
  const body = 'x'.repeat(2_000_000);
  const put = (n: number) => fetch(`${child.first.url}/b/key${n}`, { method: 'PUT', body }).then(() => n);
  const sending = Array.from({ length: 40 }, (_, n) => put(n));
  const first = await Promise.any(sending);
  await child.kill();
  const answered = (await Promise.allSettled(sending)).flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const after = DiskObjectStorage.open(join(own, 's3'));
  const keys: string[] = [];
  for await (const object of listAll(after, 'b', '')) {
    expect(object.size).toBe(body.length);
    keys.push(object.key);
  }
  expect(answered).toContain(first);
  for (const n of answered) expect(keys).toContain(`key${n}`);
  expect(readdirSync(join(own, 's3', 'blobs'), { recursive: true }).filter((name) => String(name).length > 3)).toHaveLength(
    keys.length,
  );
  after.close();
  rmSync(own, { recursive: true, force: true });
});

test('no key leads out of the folder', async () => {
  const outside = join(dir, '..', 'escaped');
  for (const key of ['../../escaped', '..', '/escaped', 'a/../../../escaped', `../${'x'.repeat(900)}`, '\0']) {
    await put(key, 'inside');
    expect(await get(key)).toBe('inside');
  }
  expect(existsSync(outside)).toBe(false);
});

describe('a listing', () => {
  test('in pages of any size is the listing of the definition', async () => {
    const segment = fc.constantFrom('a', 'b', '/', '//', 'ü', '\u{1f600}', '\uffff', '~');
    const key = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    const query = fc.record({
      keys: fc.uniqueArray(key, { maxLength: 25 }),
      prefix: fc.oneof(fc.constant(''), key),
      delimiter: fc.constantFrom('', '/', 'b', '//'),
      limit: fc.integer({ min: 1, max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(query, async ({ keys, prefix, delimiter, limit }) => {
        await storage.remove(
          'b',
          (await storage.list('b'))!.objects.map((object) => object.key),
        );
        for (const one of keys) await put(one, '');
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const page = await storage.list('b', { prefix, delimiter, limit, ...(after !== undefined && { after }) });
          const items = [...page!.objects.map((object) => object.key), ...page!.prefixes];
          expect(items.length).toBeLessThanOrEqual(limit);
          seen.push(...items.sort(byBytes));
          after = page!.next;
        } while (after !== undefined);
        expect(seen).toEqual(expectedList(keys, prefix, delimiter));
      }),
      { numRuns: 150 },
    );
  });

  test('of a folder costs what it shows, not what it hides', async () => {
    for (let n = 0; n < 3000; n++) await put(`${n % 3}/${n}`, '');
    const time = async (delimiter: string): Promise<number> => {
      const start = performance.now();
      for (let n = 0; n < 20; n++)
        expect((await storage.list('b', { delimiter }))!.prefixes.length).toBe(delimiter === '' ? 0 : 3);
      return performance.now() - start;
    };
    await time('');
    expect(await time('/')).toBeLessThan(await time(''));
  });
});

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** All keys with the prefix, those with a delimiter after it cut off behind it, each once, in order of their bytes. */
function expectedList(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const items = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return at < 0 ? key : key.slice(0, at + delimiter.length);
    });
  return [...new Set(items)].sort(byBytes);
}
