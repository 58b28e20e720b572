import { createHash, createHmac } from 'node:crypto';
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type ChecksumAlgorithm, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChecksum } from '../storage/index.ts';
import { BUCKET, type S3Server, startS3Server } from '../testing/s3-server.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

const BODY = Buffer.from('nine lives'.repeat(1000));
/** More than is held back before the disk gets to see any of it. */
const LARGE = Buffer.alloc(700_000, BODY);
const WRONG = { crc32: 'AAAAAA==', md5: createHash('md5').update('other').digest('base64') };

const put = (key: string, headers: Record<string, string | number>, body: Uint8Array | string = BODY) =>
  server.raw('PUT', `/${BUCKET}/${key}`, { headers: { 'content-length': body.length, ...headers }, body });

async function bytesOf(Key: string): Promise<Buffer> {
  const found = await server.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  return Buffer.from(await found.Body!.transformToByteArray());
}

const isThere = async (key: string): Promise<boolean> => (await server.raw('HEAD', `/${BUCKET}/${key}`)).status === 200;

function sum(algorithm: ChecksumAlgorithm, body: Uint8Array): string {
  const running = createChecksum(algorithm as Parameters<typeof createChecksum>[0]);
  running.update(body);
  return Buffer.from(running.digest()).toString('base64');
}

/** How many files the storage holds. */
function files(): number {
  return readdirSync(join(server.dir, 's3', 'blobs'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .length;
}

describe('a body that is not what its sender meant', () => {
  test.each([
    ['a wrong CRC-32', { 'x-amz-checksum-crc32': WRONG.crc32 }, 'BadDigest'],
    ['a wrong CRC-32C', { 'x-amz-checksum-crc32c': WRONG.crc32 }, 'BadDigest'],
    ['a wrong CRC-64/NVME', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }, 'BadDigest'],
    ['a wrong SHA-1', { 'x-amz-checksum-sha1': createHash('sha1').update('').digest('base64') }, 'BadDigest'],
    ['a wrong SHA-256', { 'x-amz-checksum-sha256': createHash('sha256').update('').digest('base64') }, 'BadDigest'],
    ['a wrong MD5', { 'content-md5': WRONG.md5 }, 'BadDigest'],
    [
      'a wrong hash of the payload',
      { 'x-amz-content-sha256': createHash('sha256').update('').digest('hex') },
      'XAmzContentSHA256Mismatch',
    ],
    ['an MD5 that is none', { 'content-md5': 'abc' }, 'InvalidDigest'],
    ['a checksum of another length', { 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
    ['two checksums', { 'x-amz-checksum-crc32': WRONG.crc32, 'x-amz-checksum-crc32c': WRONG.crc32 }, 'InvalidRequest'],
  ])('with %s is refused and leaves nothing', async (_, headers, code) => {
    const before = files();
    const answer = await put('refused', headers, LARGE);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(`<Code>${code}</Code>`);
    expect(await isThere('refused')).toBe(false);
    expect(files()).toBe(before);
  });

  test('leaves the object that was there before', async () => {
    await put('kept', {});
    await put('kept', { 'x-amz-checksum-crc32': WRONG.crc32 }, 'other');
    expect((await bytesOf('kept')).equals(BODY)).toBe(true);
  });

  test('cut off by the client leaves nothing', async () => {
    const before = files();
    const { hostname, port } = new URL(server.url);
    const sending = request({ hostname, port, method: 'PUT', path: `/${BUCKET}/cut`, headers: { 'content-length': 1_000_000 } });
    sending.on('error', () => {});
    await new Promise((resolve) => sending.write(LARGE, resolve));
    for (let tries = 0; tries < 100 && files() === before; tries++) await server.raw('GET', '/_batchrock/health');
    expect(files()).toBe(before + 1);
    sending.destroy();
    for (let tries = 0; tries < 100 && files() !== before; tries++) await server.raw('GET', '/_batchrock/health');
    expect(await isThere('cut')).toBe(false);
    expect(files()).toBe(before);
  });

  test('without a length is refused', async () => {
    const answer = await server.raw('PUT', `/${BUCKET}/no-length`, { headers: { 'transfer-encoding': 'chunked' }, body: BODY });
    expect(answer.status).toBe(411);
    expect(answer.text).toContain('MissingContentLength');
  });
});

describe('the right checksum', () => {
  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)('%s is taken, kept and given back', async (name) => {
    const header = `x-amz-checksum-${name.toLowerCase()}`;
    const answer = await put(`right-${name}`, { [header]: sum(name, BODY) });
    expect(answer).toMatchObject({ status: 200, headers: { [header]: sum(name, BODY), 'x-amz-checksum-type': 'FULL_OBJECT' } });
    const head = await server.raw('HEAD', `/${BUCKET}/right-${name}`, { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect(head.headers[header]).toBe(sum(name, BODY));
  });

  test('with Content-MD5 and the hash of the payload is taken too', async () => {
    const md5 = createHash('md5').update(BODY).digest('base64');
    expect((await put('md5', { 'content-md5': md5 })).status).toBe(200);
    const hash = createHash('sha256').update(BODY).digest('hex');
    expect((await put('sha', { 'x-amz-content-sha256': hash })).status).toBe(200);
  });
});

/** An `aws-chunked` body: pieces of the given size, each with what follows its length, then the trailer. */
function chunked(body: Buffer, size: number, signature: (piece: Buffer) => string, trailer: string): Buffer {
  const out: Buffer[] = [];
  for (let at = 0; ; at += size) {
    const piece = body.subarray(at, at + size);
    out.push(Buffer.from(`${piece.length.toString(16)}${signature(piece)}\r\n`), piece);
    if (piece.length === 0) break;
    out.push(Buffer.from('\r\n'));
  }
  return Buffer.concat([...out, Buffer.from(`${trailer}\r\n`)]);
}

describe('an aws-chunked body', () => {
  const trailer = (value: string): string => `x-amz-checksum-crc32:${value}\r\n`;
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'x-amz-decoded-content-length': BODY.length,
  };

  test.each([1, 7, 1000, 64 * 1024])('in chunks of %s bytes comes back without its framing', async (size) => {
    const body = chunked(BODY, size, () => '', trailer(sum('CRC32', BODY)));
    expect((await put(`chunks-${size}`, headers, body)).status).toBe(200);
    expect((await bytesOf(`chunks-${size}`)).equals(BODY)).toBe(true);
    const head = await server.raw('HEAD', `/${BUCKET}/chunks-${size}`);
    expect(head.headers['content-encoding']).toBeUndefined();
  });

  test('with signed chunks and a signed trailer is decoded too', async () => {
    const sign = (piece: Buffer): string => `;chunk-signature=${createHmac('sha256', 'key').update(piece).digest('hex')}`;
    const signedTrailer = `${trailer(sum('CRC32', BODY))}x-amz-trailer-signature:${'0'.repeat(64)}\r\n`;
    const streaming = { ...headers, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER' };
    expect((await put('signed', streaming, chunked(BODY, 3000, sign, signedTrailer))).status).toBe(200);
    expect((await bytesOf('signed')).equals(BODY)).toBe(true);
    const { 'x-amz-trailer': _, ...plain } = { ...headers, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
    expect((await put('signed2', plain, chunked(BODY, 3000, sign, ''))).status).toBe(200);
    expect((await bytesOf('signed2')).equals(BODY)).toBe(true);
  });

  test.each([
    ['a wrong checksum in its trailer', chunked(BODY, 999, () => '', trailer(WRONG.crc32)), 'BadDigest'],
    ['no trailer although one was announced', chunked(BODY, 999, () => '', ''), 'InvalidRequest'],
    [
      'fewer bytes than announced',
      chunked(BODY.subarray(1), 999, () => '', trailer(sum('CRC32', BODY.subarray(1)))),
      'IncompleteBody',
    ],
    ['a length that is no number', Buffer.from('xyz\r\nabc\r\n0\r\n\r\n'), 'IncompleteBody'],
    ['an end in the middle of a chunk', Buffer.from('fff\r\nabc'), 'IncompleteBody'],
    ['a chunk that is longer than it says', Buffer.from('2\r\nabc\r\n0\r\n\r\n'), 'IncompleteBody'],
    ['a line without an end', Buffer.alloc(20_000, 'f'), 'IncompleteBody'],
  ])('with %s is refused', async (_, body, code) => {
    const answer = await put('framing', headers, body);
    expect(answer.text).toContain(`<Code>${code}</Code>`);
    expect(answer.status).toBe(400);
    expect(await isThere('framing')).toBe(false);
  });

  test('is what the SDK sends of a stream', async () => {
    const seen: unknown[] = [];
    server.s3.middlewareStack.add(
      (next) => (args) => {
        seen.push((args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256']);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'seeHeaders' },
    );
    const Body = Readable.from([BODY.subarray(0, 10), BODY.subarray(10)], { objectMode: false });
    await server.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'stream', Body, ContentLength: BODY.length }));
    server.s3.middlewareStack.remove('seeHeaders');
    expect(seen).toEqual(['STREAMING-UNSIGNED-PAYLOAD-TRAILER']);
    expect((await bytesOf('stream')).equals(BODY)).toBe(true);
  });
});

test('after an error in the middle of a body the connection serves the next request', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(server.url);
  const send = (path: string, body: Uint8Array, headers: object = {}) =>
    new Promise<number>((resolve, reject) => {
      const all = { 'content-length': body.length, ...headers };
      request({ hostname, port, method: 'PUT', path, headers: all, agent }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      })
        .once('error', reject)
        .end(body);
    });
  expect(await send('/no-such-bucket/key', Buffer.alloc(3_000_000))).toBe(404);
  const streaming = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };
  expect(await send(`/${BUCKET}/framing`, Buffer.alloc(3_000_000), streaming)).toBe(400);
  expect(await send(`/${BUCKET}/after`, BODY)).toBe(200);
  agent.destroy();
});

test('an object whose file was cut short is refused at once, and not answered by half', async () => {
  await put('cut', {}, LARGE);
  const blobs = readdirSync(join(server.dir, 's3', 'blobs'), { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of blobs.filter((entry) => entry.isFile())) {
    const path = join(parentPath, name);
    if (statSync(path).size === LARGE.length) truncateSync(path, LARGE.length - 1);
  }
  const answer = await server.raw('GET', `/${BUCKET}/cut`);
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('<Code>ObjectDamaged</Code>')]);
  await server.raw('DELETE', `/${BUCKET}/cut`);
});
