import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { drain } from '@batchrock/testkit/conformance';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLocalBedrock } from '../../../local/src/start.ts';
import { createS3Sources, type S3Sources } from '../index.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const region = 'us-east-1';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('datasets on the S3 of the local Bedrock', () => {
  let dir: string;
  let server: Awaited<ReturnType<typeof startLocalBedrock>>;
  let s3: S3Client;
  let sources: S3Sources;
  const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'data', Key, Body }));

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'batchrock-sources-'));
    server = await startLocalBedrock({ dir, port: 0, buckets: ['data'] });
    s3 = new S3Client({ endpoint: server.url, region, credentials, forcePathStyle: true });
    sources = createS3Sources({ endpoint: server.url, region, credentials });
    for (const key of [
      'in/b.csv',
      'in/a.csv',
      'in/c.txt',
      'in/deep/d.csv',
      'in/_SUCCESS',
      'in/.a.csv.crc',
      'in/_temporary/e.csv',
    ])
      await put(key, `id\n${key}\n`);
    await put('in/folder/', '');
    await put('odd key (1)+ä.csv', 'odd');
    await s3.send(new CreateBucketCommand({ Bucket: 'empty' }));
  });
  afterAll(async () => {
    s3.destroy();
    sources.destroy();
    await server.close();
    await rm(dir, { recursive: true, force: true });
  });
  const names = async (uri: string) => (await sources.find(uri)).map((source) => source.name);

  it('finds one object, whatever its key is made of, and knows it by bucket, key, ETag and size', async () => {
    const [source] = await sources.find('s3://data/odd key (1)+ä.csv');
    expect(source?.name).toBe('s3://data/odd key (1)+ä.csv');
    expect(source?.size).toBe(3);
    expect(await source?.pin()).toEqual({
      kind: 's3',
      bytes: 3,
      bucket: 'data',
      key: 'odd key (1)+ä.csv',
      etag: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(text(await drain(await source!.open()))).toBe('odd');
  });

  it('finds one object by its key where that would be a pattern in an address', async () => {
    await put('odd/a*.csv', 'star');
    await put('odd/ab.csv', 'other');
    expect(text(await drain(await (await sources.findObject('data', 'odd/a*.csv')).open()))).toBe('star');
    await expect(sources.findObject('data', 'odd/*.csv')).rejects.toMatchObject({ code: 'BR-E0101' });
  });

  it('finds what lies below a prefix in order, without what tools leave beside it', async () => {
    expect(await names('s3://data/in/')).toEqual([
      's3://data/in/a.csv',
      's3://data/in/b.csv',
      's3://data/in/c.txt',
      's3://data/in/deep/d.csv',
    ]);
  });

  it('takes * for anything but a slash and ** for anything', async () => {
    expect(await names('s3://data/in/*.csv')).toEqual(['s3://data/in/a.csv', 's3://data/in/b.csv']);
    expect(await names('s3://data/in/**/*.csv')).toContain('s3://data/in/deep/d.csv');
    expect(await names('s3://data/i*/a.csv')).toEqual(['s3://data/in/a.csv']);
    await expect(names('s3://data/in/*.parquet')).rejects.toMatchObject({
      code: 'BR-E0101',
      message: expect.stringContaining('fits'),
    });
  });

  it('reads from any byte on, and any range, tied to the ETag that was found', async () => {
    await put('moving.csv', 'id\n1\n2\n');
    const [source] = await sources.find('s3://data/moving.csv');
    const access = await source!.openAccess();
    expect(text(await drain(await source!.open(3)))).toBe('1\n2\n');
    expect(text(await drain(await source!.open(7)))).toBe('');
    expect(text(await access.read(3, 5))).toBe('1\n');
    expect(await access.read(7, 7)).toEqual(new Uint8Array(0));
    await expect(access.read(3, 8)).rejects.toMatchObject({ kind: 'invariant' });

    await put('moving.csv', 'id\n1\n3\n');
    const changed = { kind: 'input', code: 'BR-E0118', message: expect.stringContaining('s3://data/moving.csv changed') };
    await expect(source!.open(3)).rejects.toMatchObject(changed);
    await expect(access.read(0, 2)).rejects.toMatchObject(changed);
  });

  it('says what there is instead of an object that does not exist', async () => {
    await expect(sources.find('s3://data/in/a.csb')).rejects.toMatchObject({
      code: 'BR-E0101',
      message: 'no such object: s3://data/in/a.csb',
      hint: expect.stringContaining('did you mean s3://data/in/a.csv'),
    });
    await expect(sources.find('s3://data/in')).rejects.toMatchObject({ hint: expect.stringContaining('s3://data/in/') });
    await expect(sources.find('s3://empty/')).rejects.toMatchObject({
      code: 'BR-E0101',
      message: 'no object lies below s3://empty/',
    });
  });

  it('says that there is no such bucket, and refuses what is no address', async () => {
    for (const uri of ['s3://nowhere-to-be-found/a.csv', 's3://nowhere-to-be-found/in/'])
      await expect(sources.find(uri)).rejects.toMatchObject({ code: 'BR-E0101', message: 'no such bucket: nowhere-to-be-found' });
    await expect(sources.find('s3://data')).rejects.toMatchObject({
      code: 'BR-E0120',
      hint: expect.stringContaining('s3://data/'),
    });
    await expect(sources.find('s3://Bad_Bucket/a')).rejects.toMatchObject({ code: 'BR-E0120' });
  });
});

describe('datasets on an S3 that misbehaves', () => {
  const BODY = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
  const ETAG = '"0123456789abcdef0123456789abcdef"';
  let server: Server;
  let requests: IncomingMessage[];
  let answer: (request: IncomingMessage, response: ServerResponse, from: number, to: number) => void;
  let sources: S3Sources;

  const refuse = (response: ServerResponse, status: number, code: string, headers: Record<string, string> = {}, extra = '') => {
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    response.end(`<Error><Code>${code}</Code><Message>said ${code}</Message>${extra}</Error>`);
  };
  const give = (response: ServerResponse, from: number, to: number, most = Number.POSITIVE_INFINITY) => {
    response.writeHead(206, {
      etag: ETAG,
      'content-length': to - from,
      'content-range': `bytes ${from}-${to - 1}/${BODY.length}`,
    });
    const sent = BODY.subarray(from, Math.min(to, from + most));
    if (sent.length === to - from) response.end(sent);
    else response.write(sent, () => setTimeout(() => response.destroy(), 5));
  };

  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      requests.push(request);
      if (request.method === 'HEAD') {
        response.writeHead(200, { etag: ETAG, 'content-length': BODY.length }).end();
        return;
      }
      const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(String(request.headers.range)) ?? [];
      answer(request, response, Number(from), to === '' ? BODY.length : Number(to) + 1);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    sources = createS3Sources({ endpoint, region, credentials, resumeDelayMs: 1 });
  });
  afterEach(async () => {
    sources.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const found = async () => (await sources.find('s3://data/a.csv'))[0]!;

  it('takes a broken read up again where it stopped, with the same ETag, until it has every byte', async () => {
    answer = (_, response, from, to) => give(response, from, to, 70_000);
    expect(await drain(await (await found()).open(10))).toEqual(BODY.subarray(10));
    const reads = requests.filter((request) => request.method === 'GET');
    expect(reads.map((request) => request.headers.range)).toEqual(
      [10, 70_010, 140_010, 210_010, 280_010].map((from) => `bytes=${from}-`),
    );
    expect(new Set(reads.map((request) => request.headers['if-match']))).toEqual(new Set([ETAG]));
  });

  it('waits for a server that is away for a while, and gives up one that never gives a byte', async () => {
    let away = 6;
    answer = (_, response, from, to) => {
      if (from > 10 && away-- > 0) refuse(response, 503, 'SlowDown');
      else give(response, from, to, 200_000);
    };
    expect(await drain(await (await found()).open(10))).toEqual(BODY.subarray(10));
    answer = (_, response, from, to) => give(response, from, to, 0);
    await expect(drain(await (await found()).open())).rejects.toMatchObject({ code: 'BR-E0503' });
  });

  it('sees in the middle of a read that the object changed, or is gone', async () => {
    for (const [status, code] of [
      [412, 'PreconditionFailed'],
      [404, 'NoSuchKey'],
    ] as const) {
      answer = (_, response, from, to) => {
        if (from === 0) give(response, from, to, 1000);
        else refuse(response, status, code);
      };
      await expect(drain(await (await found()).open())).rejects.toMatchObject({ kind: 'input', code: 'BR-E0118' });
    }
  });

  it('is cancelled in the middle of a body that does not come', async () => {
    answer = (_, response, from, to) => {
      response.writeHead(206, {
        etag: ETAG,
        'content-length': to - from,
        'content-range': `bytes ${from}-${to - 1}/${BODY.length}`,
      });
      response.write(BODY.subarray(0, 1000));
    };
    const controller = new AbortController();
    const source = await (await found()).open(0, controller.signal);
    const reading = source.readInto(new Uint8Array(2000));
    setTimeout(() => controller.abort(), 20);
    await expect(reading).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('closes at once, whatever the server does', async () => {
    const gone = new Promise<void>((resolve) => {
      answer = (request, response, from, to) => {
        request.socket.once('close', resolve);
        response.writeHead(206, {
          etag: ETAG,
          'content-length': to - from,
          'content-range': `bytes ${from}-${to - 1}/${BODY.length}`,
        });
        response.write(BODY.subarray(0, 1000));
      };
    });
    const source = await (await found()).open();
    const reading = source.readInto(new Uint8Array(2000)).catch((error: unknown) => error);
    await source.close();
    expect(await reading).toMatchObject({ kind: 'cancelled' });
    await gone;
  });

  it('refuses bytes that do not have the checksum of the object', async () => {
    const headers = { etag: ETAG, 'content-length': BODY.length };
    answer = (_, response) => response.writeHead(200, { ...headers, 'x-amz-checksum-crc32': 'AAAAAA==' }).end(BODY);
    await expect(drain(await (await found()).open())).rejects.toMatchObject({
      code: 'BR-E0509',
      message: expect.stringContaining('checksum'),
    });
    const right = Buffer.alloc(4);
    right.writeUInt32BE(crc32(BODY));
    answer = (_, response) => response.writeHead(200, { ...headers, 'x-amz-checksum-crc32': right.toString('base64') }).end(BODY);
    expect(await drain(await (await found()).open())).toEqual(BODY);
  });

  it('refuses a server that ignores ranges, rather than take the wrong bytes', async () => {
    answer = (_, response) => response.writeHead(200, { etag: ETAG, 'content-length': BODY.length }).end(BODY);
    const source = await found();
    await expect(source.open(10)).rejects.toMatchObject({ code: 'BR-E0509', hint: expect.stringContaining('range') });
  });

  it('goes to the Region that the bucket is in, and says it when that does not help', async () => {
    const elsewhere = (request: IncomingMessage) => !String(request.headers.authorization).includes('/eu-west-1/s3/');
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      requests.push(request);
      const headers = { 'x-amz-bucket-region': 'eu-west-1' };
      if (elsewhere(request)) refuse(response, 301, 'PermanentRedirect', headers);
      else response.writeHead(200, { etag: ETAG, 'content-length': 5 }).end();
    });
    expect((await found()).size).toBe(5);
    server.removeAllListeners('request');
    server.on('request', (_, response) => refuse(response, 301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-south-2' }));
    await expect(sources.find('s3://data/x/')).rejects.toMatchObject({
      kind: 'service',
      message: expect.stringContaining('the bucket is in the Region eu-south-2'),
      hint: expect.stringContaining('--region eu-south-2'),
    });
  });

  it('says which permissions are missing, and that a session has expired', async () => {
    server.removeAllListeners('request');
    let code = 'AccessDenied';
    server.on('request', (_, response) => refuse(response, 403, code));
    const denied = { kind: 'service', code: 'BR-E0501', reason: 'denied' };
    for (const uri of ['s3://data/a.csv', 's3://data/in/'])
      await expect(sources.find(uri)).rejects.toMatchObject({ ...denied, hint: expect.stringContaining('s3:GetObject') });
    code = 'ExpiredToken';
    await expect(sources.find('s3://data/a.csv')).rejects.toMatchObject({
      ...denied,
      hint: expect.stringContaining('sso login'),
    });
  });
});
