import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, type S3Server, startS3Server } from '../testing/s3-server.ts';

const COUNT = 2500;
/** Keys `n/0000` … `n/2499`: in the order in which they are listed. */
const KEYS = Array.from({ length: COUNT }, (_, n) => `n/${String(n).padStart(4, '0')}`);

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server({ buckets: [BUCKET, 'folders'] });
  for (let at = 0; at < COUNT; at += 50) {
    const some = KEYS.slice(at, at + 50);
    await Promise.all(some.map((Key) => server.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }))));
  }
  const folders = ['a.txt', 'b/1', 'b/2', 'b/c/3', 'b/c/4', 'b0', 'd/5', 'd//6', 'é/7'];
  for (const Key of folders) await server.s3.send(new PutObjectCommand({ Bucket: 'folders', Key, Body: Key }));
});
afterAll(() => server.close());

const list = (input: Partial<ListObjectsV2CommandInput>) =>
  server.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, ...input }));
const names = (page: { Contents?: { Key?: string }[] }) => (page.Contents ?? []).map(({ Key }) => Key);
const prefixes = (page: { CommonPrefixes?: { Prefix?: string }[] }) => (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix);

describe('2,500 keys', () => {
  test.each([undefined, 1000, 999, 2500])('come in pages of %s, each once and in order', async (pageSize) => {
    const all: (string | undefined)[] = [];
    const sizes: number[] = [];
    for await (const page of paginateListObjectsV2({ client: server.s3, ...(pageSize && { pageSize }) }, { Bucket: BUCKET })) {
      all.push(...names(page));
      sizes.push(page.KeyCount!);
      expect(page.IsTruncated).toBe(all.length < COUNT);
    }
    expect(all).toEqual(KEYS);
    expect(Math.max(...sizes)).toBe(Math.min(pageSize ?? 1000, 1000));
  });

  test('can be entered anywhere, and narrowed by a prefix', async () => {
    expect(names(await list({ StartAfter: 'n/2497' }))).toEqual(['n/2498', 'n/2499']);
    expect(names(await list({ StartAfter: 'n/2499' }))).toEqual([]);
    expect(names(await list({ Prefix: 'n/001' }))).toEqual(KEYS.slice(10, 20));
    expect(names(await list({ Prefix: 'n/001', StartAfter: 'n/0017' }))).toEqual(KEYS.slice(18, 20));
    expect(names(await list({ Prefix: 'n/001', StartAfter: 'a' }))).toEqual(KEYS.slice(10, 20));
    expect(names(await list({ Prefix: 'none' }))).toEqual([]);
  });

  test('in pages of nothing are no page that goes on', async () => {
    expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
  });

  test('are listed by the first version too', async () => {
    const first = await server.s3.send(new ListObjectsCommand({ Bucket: BUCKET }));
    expect(first).toMatchObject({ IsTruncated: true, MaxKeys: 1000, Marker: '' });
    const next = await server.s3.send(new ListObjectsCommand({ Bucket: BUCKET, Marker: names(first).at(-1) }));
    expect(names(next)).toEqual(KEYS.slice(1000, 2000));
  });

  test('roll up into one prefix that is counted once', async () => {
    const page = await list({ Delimiter: '/' });
    expect(page).toMatchObject({ KeyCount: 1, IsTruncated: false });
    expect(prefixes(page)).toEqual(['n/']);
  });
});

describe('a delimiter', () => {
  const inFolders = (input: Partial<ListObjectsV2CommandInput>) => list({ Bucket: 'folders', ...input });

  test('shows what lies in a folder and which folders are below', async () => {
    const root = await inFolders({ Delimiter: '/' });
    expect(names(root)).toEqual(['a.txt', 'b0']);
    expect(prefixes(root)).toEqual(['b/', 'd/', 'é/']);
    const below = await inFolders({ Delimiter: '/', Prefix: 'b/' });
    expect(names(below)).toEqual(['b/1', 'b/2']);
    expect(prefixes(below)).toEqual(['b/c/']);
    expect(prefixes(await inFolders({ Delimiter: '/', Prefix: 'd/' }))).toEqual(['d//']);
    expect(names(await inFolders({ Delimiter: 'c/' }))).toContain('b/2');
  });

  test('pages through keys and prefixes one at a time without losing or doubling any', async () => {
    const seen: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page = await inFolders({ Delimiter: '/', MaxKeys: 1, ...(token && { ContinuationToken: token }) });
      expect(page.KeyCount).toBe(1);
      seen.push(...names(page), ...prefixes(page));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    expect(seen).toEqual(['a.txt', 'b/', 'b0', 'd/', 'é/']);
  });

  test('tells the first version where to go on', async () => {
    const first = await server.s3.send(new ListObjectsCommand({ Bucket: 'folders', Delimiter: '/', MaxKeys: 2 }));
    expect(first.NextMarker).toBe('b/');
    const rest = await server.s3.send(new ListObjectsCommand({ Bucket: 'folders', Delimiter: '/', Marker: first.NextMarker }));
    expect([...names(rest), ...prefixes(rest)]).toEqual(['b0', 'd/', 'é/']);
  });
});

test('a bad token, encoding or number is refused, and so is an unknown bucket', async () => {
  const refused = (name: string) => ({ name });
  await expect(list({ ContinuationToken: 'made up' })).rejects.toMatchObject(refused('InvalidArgument'));
  await expect(list({ EncodingType: 'base64' as 'url' })).rejects.toMatchObject(refused('InvalidArgument'));
  await expect(list({ MaxKeys: -1 })).rejects.toMatchObject(refused('InvalidArgument'));
  await expect(list({ Bucket: 'no-such-bucket' })).rejects.toMatchObject(refused('NoSuchBucket'));
});
