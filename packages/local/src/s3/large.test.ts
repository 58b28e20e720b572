import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Child, startChild } from '../testing/child.ts';
import { BUCKET, client } from '../testing/s3-server.ts';

const MIB = 1024 * 1024;
const SIZE = 300 * MIB;
/** What the server may grow by, however large the objects: buffers of sockets and files, not the objects. */
const MAX_GROWTH_BYTES = 150 * MIB;

let dir: string;
let server: Child<{ readonly url: string }>;
let s3: S3Client;
let peakBefore: number;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'batchrock-large-'));
  server = await startChild('serve.ts', { dir, buckets: [BUCKET] });
  s3 = client(server.first.url);
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'warm', Body: 'up' }));
  peakBefore = await peak();
});
afterAll(async () => {
  s3.destroy();
  await server.kill();
  rmSync(dir, { recursive: true, force: true });
});

const peak = async (): Promise<number> => (await server.ask<{ readonly peakRss: number }>()).peakRss;

/** 300 MiB of which no two mebibytes are the same, and their hash once they have passed. */
function source(): { readonly body: Readable; readonly hash: () => string } {
  const hash = createHash('sha1');
  function* blocks(): Generator<Buffer> {
    const block = Buffer.alloc(MIB, 'some text that stands for records ');
    for (let n = 0; n < SIZE / MIB; n++) {
      const one = Buffer.from(block);
      for (let at = 0; at < MIB; at += 4096) one.writeUInt32LE(n * MIB + at, at);
      hash.update(one);
      yield one;
    }
  }
  return { body: Readable.from(blocks(), { objectMode: false }), hash: () => hash.digest('hex') };
}

async function hashOf(Key: string): Promise<string> {
  const hash = createHash('sha1');
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  for await (const chunk of Body as Readable) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

test('300 MB through multipart and through a trailing-checksum stream come back the same, in bounded memory', async () => {
  const inParts = source();
  await new Upload({ client: s3, params: { Bucket: BUCKET, Key: 'parts', Body: inParts.body }, partSize: 8 * MIB }).done();
  const { ETag } = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'parts' }));
  expect(ETag).toMatch(/-38"$/);
  expect(await hashOf('parts')).toBe(inParts.hash());

  const streamed = source();
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'stream', Body: streamed.body, ContentLength: SIZE }));
  expect(await hashOf('stream')).toBe(streamed.hash());

  expect((await peak()) - peakBefore).toBeLessThan(MAX_GROWTH_BYTES);
});
