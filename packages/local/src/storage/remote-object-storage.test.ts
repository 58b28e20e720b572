import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BUCKET, client, type S3Server, startS3Server } from '../testing/s3-server.ts';
import { createCallLog, listAll, type ObjectStorage, recordCalls } from './index.ts';
import { RemoteObjectStorage } from './remote-object-storage.ts';

// The bucket elsewhere is another local server: the same contract over the wire.
let server: S3Server;
let storage: RemoteObjectStorage;
beforeAll(async () => {
  server = await startS3Server();
  storage = new RemoteObjectStorage(client(server.url));
});
afterAll(async () => {
  storage.close();
  await server.close();
});

async function put(key: string, bytes: Uint8Array, conditions = {}): Promise<string> {
  const write = storage.create(BUCKET, key, { headers: { contentType: 'text/x' }, metadata: { a: '1' } });
  for (let at = 0; at < bytes.length; at += 1_000_000) await write.write(bytes.subarray(at, at + 1_000_000));
  return (await write.commit(conditions)).status;
}

async function get(key: string, range = {}): Promise<Buffer | undefined> {
  const found = await storage.open(BUCKET, key, range);
  if (found === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of found.body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe.each([
  ['a small object', 1000],
  ['an object of exactly one part', 8 * 1024 * 1024],
  ['an object of several parts', 20_000_000],
  ['an empty object', 0],
])('%s', (name, size) => {
  const bytes = Buffer.alloc(size, 'abcdefghijk');

  test('is written, described, read whole and by range, and removed', async () => {
    expect(await put(name, bytes)).toBe('stored');
    expect(await storage.head(BUCKET, name)).toMatchObject({
      key: name,
      size,
      headers: { contentType: 'text/x' },
      metadata: { a: '1' },
    });
    expect((await get(name))?.equals(bytes)).toBe(true);
    if (size > 0) expect((await get(name, { from: 3, to: 7 }))?.toString()).toBe('defg');
    if (size > 0) expect((await get(name, { from: size - 2 }))?.equals(bytes.subarray(-2))).toBe(true);
    await storage.remove(BUCKET, [name, 'none']);
    expect(await storage.head(BUCKET, name)).toBeUndefined();
    expect(await get(name)).toBeUndefined();
  });

  test('is written once under a condition, and leaves nothing when it is aborted', async () => {
    expect(await put(`${name} once`, bytes, { ifAbsent: true })).toBe('stored');
    expect(await put(`${name} once`, bytes, { ifAbsent: true })).toBe('exists');
    expect(await put(`${name} once`, bytes, { ifMatch: 'other' })).toBe('changed');
    const write = storage.create(BUCKET, `${name} aborted`);
    await write.write(bytes);
    await write.abort();
    expect(await storage.head(BUCKET, `${name} aborted`)).toBeUndefined();
    const { text } = await server.raw('GET', `/${BUCKET}?uploads`);
    expect(text).not.toContain('<Upload>');
  });
});

test('lists all keys in order, in pages and by folders', async () => {
  const keys = Array.from({ length: 12 }, (_, n) => `list/${n % 3}/${String(n).padStart(2, '0')}`).sort();
  for (const key of keys) await put(key, Buffer.from('x'));
  const all: string[] = [];
  for await (const object of listAll(storage, BUCKET, 'list/')) all.push(object.key);
  expect(all).toEqual(keys);
  const first = await storage.list(BUCKET, { prefix: 'list/', limit: 5 });
  const rest = await storage.list(BUCKET, { prefix: 'list/', ...(first?.next && { after: first.next }) });
  expect([...first!.objects, ...rest!.objects].map((object) => object.key)).toEqual(keys);
  expect(await storage.list(BUCKET, { prefix: 'list/', delimiter: '/' })).toMatchObject({
    objects: [],
    prefixes: ['list/0/', 'list/1/', 'list/2/'],
  });
});

test('a bucket that is not there is a value', async () => {
  expect([await storage.hasBucket(BUCKET), await storage.hasBucket('no-such-bucket')]).toEqual([true, false]);
  expect(await storage.list('no-such-bucket')).toBeUndefined();
  expect(await storage.head('no-such-bucket', 'a')).toBeUndefined();
  const write = storage.create('no-such-bucket', 'a');
  await write.write(Buffer.from('x'));
  expect(await write.commit()).toEqual({ status: 'no-bucket' });
});

describe('recorded calls', () => {
  let recorded: ObjectStorage;
  const log = createCallLog(3);
  beforeEach(() => {
    log.clear();
    recorded = recordCalls(storage, log, { role: 'arn:role', job: 'arn:job' });
  });

  test('name the permission, the role and the job, and only the latest are kept', async () => {
    await recorded.list(BUCKET, { prefix: 'in/' });
    await recorded.open(BUCKET, 'in/a');
    const write = recorded.create(BUCKET, 'out/a');
    await write.abort();
    await recorded.remove(BUCKET, ['out/a']);
    expect(log.list().map(({ action, key, role, job }) => [action, key, role, job])).toEqual([
      ['s3:GetObject', 'in/a', 'arn:role', 'arn:job'],
      ['s3:PutObject', 'out/a', 'arn:role', 'arn:job'],
      ['s3:DeleteObject', 'out/a', 'arn:role', 'arn:job'],
    ]);
  });
});
