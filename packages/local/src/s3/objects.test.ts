import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, type S3Server, startS3Server } from '../testing/s3-server.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

const at = (Key: string) => ({ Bucket: BUCKET, Key });
const put = (key: string, Body: string | Uint8Array, more = {}) =>
  server.s3.send(new PutObjectCommand({ ...at(key), Body, ...more }));
const get = (key: string, more = {}) => server.s3.send(new GetObjectCommand({ ...at(key), ...more }));
const text = async (key: string, more = {}) => (await get(key, more)).Body!.transformToString();
const failure = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

describe('an object', () => {
  test('comes back with its bytes, headers, metadata and checksum, and the MD5 as its ETag', async () => {
    const Body = Buffer.from('ten bytes!');
    const stored = await put('plain', Body, {
      ContentType: 'application/jsonl',
      CacheControl: 'no-store',
      ContentDisposition: 'attachment',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de',
      Metadata: { 'row-count': '7', Schema: 'a b' },
    });
    const etag = `"${createHash('md5').update(Body).digest('hex')}"`;
    expect(stored.ETag).toBe(etag);
    const found = await get('plain');
    expect(Buffer.from(await found.Body!.transformToByteArray())).toEqual(Body);
    expect(found).toMatchObject({
      ETag: etag,
      ContentLength: 10,
      ContentType: 'application/jsonl',
      CacheControl: 'no-store',
      ContentDisposition: 'attachment',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de',
      AcceptRanges: 'bytes',
      Metadata: { 'row-count': '7', schema: 'a b' },
      ChecksumType: 'FULL_OBJECT',
    });
    const head = await server.s3.send(new HeadObjectCommand({ ...at('plain'), ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ ETag: etag, ContentLength: 10, ChecksumCRC32: stored.ChecksumCRC32 });
    expect(head.LastModified!.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  test('may be empty', async () => {
    await put('empty', new Uint8Array(0));
    expect(await text('empty')).toBe('');
    await expect(get('empty', { Range: 'bytes=0-' })).rejects.toMatchObject(failure('InvalidRange', 416));
  });

  test('is replaced whole, and a reader that has begun reads the old one to its end', async () => {
    const old = Buffer.alloc(3_000_000, 'old');
    await put('replaced', old);
    const reading = await get('replaced');
    await put('replaced', 'new');
    expect(await text('replaced')).toBe('new');
    expect(Buffer.from(await reading.Body!.transformToByteArray()).equals(old)).toBe(true);
  });

  test('that is not there is NoSuchKey, its HEAD is a 404, and its bucket NoSuchBucket', async () => {
    await expect(get('none')).rejects.toMatchObject(failure('NoSuchKey', 404));
    await expect(server.s3.send(new HeadObjectCommand(at('none')))).rejects.toMatchObject(failure('NotFound', 404));
    const elsewhere = server.s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'a' }));
    await expect(elsewhere).rejects.toMatchObject(failure('NoSuchBucket', 404));
    const lost = server.s3.send(new PutObjectCommand({ Bucket: 'no-such-bucket', Key: 'a', Body: 'a' }));
    await expect(lost).rejects.toMatchObject(failure('NoSuchBucket', 404));
  });

  test('response-* parameters replace stored headers', async () => {
    await put('overridden', 'a', { ContentType: 'text/plain' });
    const found = await get('overridden', { ResponseContentType: 'text/csv', ResponseContentDisposition: 'inline' });
    expect(found).toMatchObject({ ContentType: 'text/csv', ContentDisposition: 'inline' });
  });

  test('metadata above 2 KB is refused', async () => {
    await expect(put('heavy', 'a', { Metadata: { a: 'x'.repeat(2048) } })).rejects.toMatchObject(
      failure('MetadataTooLarge', 400),
    );
    await put('heavy', 'a', { Metadata: { a: 'x'.repeat(2047) } });
  });
});

describe('a range', () => {
  test.each([
    ['bytes=0-3', 'abcd', 'bytes 0-3/26'],
    ['bytes=23-', 'xyz', 'bytes 23-25/26'],
    ['bytes=-2', 'yz', 'bytes 24-25/26'],
    ['bytes=-100', 'abcdefghijklmnopqrstuvwxyz', 'bytes 0-25/26'],
    ['bytes=24-1000', 'yz', 'bytes 24-25/26'],
    ['bytes=5-5', 'f', 'bytes 5-5/26'],
  ])('%s is answered with 206', async (Range, expected, contentRange) => {
    await put('letters', 'abcdefghijklmnopqrstuvwxyz');
    const found = await get('letters', { Range });
    expect(found.$metadata.httpStatusCode).toBe(206);
    expect(found.ContentRange).toBe(contentRange);
    expect(await found.Body!.transformToString()).toBe(expected);
  });

  test.each(['bytes=26-', 'bytes=-0', 'bytes=100-200'])('%s of 26 bytes cannot be satisfied', async (Range) => {
    await put('letters', 'abcdefghijklmnopqrstuvwxyz');
    await expect(get('letters', { Range })).rejects.toMatchObject(failure('InvalidRange', 416));
  });

  test.each(['bytes=3-1', 'lines=0-1', 'bytes=0-1,4-5', 'bytes=-'])('%s is passed over, as S3 does', async (Range) => {
    await put('letters', 'abcdefghijklmnopqrstuvwxyz');
    expect((await get('letters', { Range })).$metadata.httpStatusCode).toBe(200);
  });
});

describe('a conditional read', () => {
  test('holds or is answered with 304 or 412', async () => {
    const { ETag } = await put('conditional', 'a');
    expect(await text('conditional', { IfMatch: ETag })).toBe('a');
    await expect(get('conditional', { IfMatch: '"other"' })).rejects.toMatchObject(failure('PreconditionFailed', 412));
    await expect(get('conditional', { IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    expect(await text('conditional', { IfNoneMatch: '"other"' })).toBe('a');
    const later = new Date(Date.now() + 60_000);
    const earlier = new Date(Date.now() - 60_000);
    await expect(get('conditional', { IfModifiedSince: later })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    expect(await text('conditional', { IfModifiedSince: earlier })).toBe('a');
    await expect(get('conditional', { IfUnmodifiedSince: earlier })).rejects.toMatchObject(failure('PreconditionFailed', 412));
    expect(await text('conditional', { IfUnmodifiedSince: earlier, IfMatch: ETag })).toBe('a');
    const head = server.s3.send(new HeadObjectCommand({ ...at('conditional'), IfMatch: '"other"' }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  });
});

describe('a conditional write', () => {
  test('If-None-Match: * writes once', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    await expect(put('once', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject(failure('PreconditionFailed', 412));
    expect(await text('once')).toBe('first');
  });

  test('If-Match writes over that very object, and over nothing else', async () => {
    const { ETag } = await put('version', '1');
    const second = await put('version', '2', { IfMatch: ETag });
    await expect(put('version', '3', { IfMatch: ETag })).rejects.toMatchObject(failure('PreconditionFailed', 412));
    await put('version', '4', { IfMatch: second.ETag });
    expect(await text('version')).toBe('4');
    await expect(put('no-version', '1', { IfMatch: ETag })).rejects.toMatchObject(failure('NoSuchKey', 404));
  });

  test('is told of a conflict when the key is deleted while its body is on its way', async () => {
    const { ETag } = await put('conflict', 'old');
    const { hostname, port } = new URL(server.url);
    const { request } = await import('node:http');
    const path = `/${BUCKET}/conflict`;
    const sending = request({ hostname, port, method: 'PUT', path, headers: { 'if-match': ETag, 'content-length': 6 } });
    const answered = new Promise<number>((resolve, reject) => {
      sending.once('response', (response) => resolve(response.resume().statusCode ?? 0)).once('error', reject);
    });
    await new Promise((resolve) => sending.write('abc', resolve));
    // The server has the head and half of the body; the answer to another request says that it has had its turn.
    await server.raw('GET', '/_batchrock/health');
    await server.s3.send(new DeleteObjectCommand(at('conflict')));
    sending.end('def');
    expect(await answered).toBe(409);
    await expect(get('conflict')).rejects.toMatchObject(failure('NoSuchKey', 404));
  });

  test('DELETE with If-Match removes that very object', async () => {
    const { ETag } = await put('delete-if', 'a');
    const wrong = server.s3.send(new DeleteObjectCommand({ ...at('delete-if'), IfMatch: '"other"' }));
    await expect(wrong).rejects.toMatchObject(failure('PreconditionFailed', 412));
    await server.s3.send(new DeleteObjectCommand({ ...at('delete-if'), IfMatch: ETag }));
    await expect(get('delete-if')).rejects.toMatchObject(failure('NoSuchKey', 404));
  });
});

describe('a copy', () => {
  test('has the bytes, and the metadata unless it is replaced; the source may go', async () => {
    await put('source ä/+%', 'copied', { Metadata: { a: '1' }, ContentType: 'text/csv' });
    const CopySource = `${BUCKET}/${encodeURIComponent('source ä/+%')}`;
    const { CopyObjectResult } = await server.s3.send(new CopyObjectCommand({ ...at('copy'), CopySource }));
    expect(CopyObjectResult?.ETag).toBeDefined();
    const replaced = { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, ContentType: 'text/plain' } as const;
    await server.s3.send(new CopyObjectCommand({ ...at('copy2'), CopySource, ...replaced }));
    await server.s3.send(new DeleteObjectCommand(at('source ä/+%')));
    expect(await get('copy')).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/csv' });
    expect(await get('copy2')).toMatchObject({ Metadata: { b: '2' }, ContentType: 'text/plain' });
    await server.s3.send(new DeleteObjectCommand(at('copy')));
    expect(await text('copy2')).toBe('copied');
  });

  test('onto itself must change something, and may change only the metadata', async () => {
    await put('self', 'kept');
    const CopySource = `${BUCKET}/self`;
    const copy = (more: object) => server.s3.send(new CopyObjectCommand({ ...at('self'), CopySource, ...more }));
    await expect(copy({})).rejects.toMatchObject(failure('InvalidRequest', 400));
    await copy({ MetadataDirective: 'REPLACE', Metadata: { c: '3' } });
    const found = await get('self');
    expect(found.Metadata).toEqual({ c: '3' });
    expect(await found.Body!.transformToString()).toBe('kept');
  });

  test('checks its conditions and its source', async () => {
    await put('guarded', 'a');
    const CopySource = `${BUCKET}/guarded`;
    const copy = (more: object) => server.s3.send(new CopyObjectCommand({ ...at('target'), CopySource, ...more }));
    await expect(copy({ CopySourceIfMatch: '"other"' })).rejects.toMatchObject(failure('PreconditionFailed', 412));
    await expect(copy({ CopySource: `${BUCKET}/none` })).rejects.toMatchObject(failure('NoSuchKey', 404));
    await copy({});
    await expect(copy({ IfNoneMatch: '*' })).rejects.toMatchObject(failure('PreconditionFailed', 412));
  });
});

describe('deleting', () => {
  test('one key is done even if there is none', async () => {
    const { $metadata } = await server.s3.send(new DeleteObjectCommand(at('never-there')));
    expect($metadata.httpStatusCode).toBe(204);
  });

  test('many keys at once answers for each, or for none when quiet', async () => {
    const keys = ['d/<&>"\'', 'd/\r\n\t', 'd/ä 😀 ', 'd/  two  spaces', 'd/none'];
    for (const key of keys.slice(0, 4)) await put(key, key);
    const Objects = keys.map((Key) => ({ Key }));
    const { Deleted, Errors } = await server.s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(keys);
    expect(Errors).toBeUndefined();
    for (const key of keys) await expect(get(key)).rejects.toMatchObject(failure('NoSuchKey', 404));
    const quiet = await server.s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects, Quiet: true } }));
    expect(quiet.Deleted).toBeUndefined();
  });

  test('more than 1,000 keys at once is refused, and so is a body without a checksum', async () => {
    const Objects = Array.from({ length: 1001 }, (_, n) => ({ Key: `k${n}` }));
    const call = server.s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } }));
    await expect(call).rejects.toMatchObject(failure('MalformedXML', 400));
    const body = '<Delete><Object><Key>a</Key></Object></Delete>';
    const headers = { 'content-length': body.length };
    expect((await server.raw('POST', `/${BUCKET}?delete`, { headers, body })).text).toContain('<Code>InvalidRequest</Code>');
  });
});

describe('a bucket', () => {
  test('is created, found, listed, located and deleted when it is empty', async () => {
    const Bucket = 'another-bucket-1';
    await server.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
    expect((await server.s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('eu-west-1');
    const { LocationConstraint } = await server.s3.send(new GetBucketLocationCommand({ Bucket }));
    expect(LocationConstraint).toBe('eu-west-1');
    const { Buckets } = await server.s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([Bucket, BUCKET]);
    await server.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' }));
    await expect(server.s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject(failure('BucketNotEmpty', 409));
    await server.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await server.s3.send(new DeleteBucketCommand({ Bucket }));
    await expect(server.s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject(failure('NotFound', 404));
  });

  test('of ours cannot be created twice, but in us-east-1', async () => {
    await server.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const again = { Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } } as const;
    await expect(server.s3.send(new CreateBucketCommand(again))).rejects.toMatchObject(failure('BucketAlreadyOwnedByYou', 409));
  });

  test.each(['ab', 'Upper', 'under_score', '192.168.0.1', 'two..dots', 'ends-', 'x'.repeat(64)])(
    'cannot be named %s',
    async (name) => {
      const answer = await server.raw('PUT', `/${name}`, { headers: { 'content-length': 0 } });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain('<Code>InvalidBucketName</Code>');
    },
  );

  test('of another owner than expected is refused', async () => {
    await put('owned', 'a');
    expect(await text('owned', { ExpectedBucketOwner: '000000000000' })).toBe('a');
    await expect(get('owned', { ExpectedBucketOwner: '111122223333' })).rejects.toMatchObject(failure('AccessDenied', 403));
    const copy = { ...at('owned2'), CopySource: `${BUCKET}/owned`, ExpectedSourceBucketOwner: '111122223333' };
    await expect(server.s3.send(new CopyObjectCommand(copy))).rejects.toMatchObject(failure('AccessDenied', 403));
  });
});

describe('an answer', () => {
  test('carries a request id, and an error the same one in its document', async () => {
    const answer = await server.raw('GET', `/${BUCKET}/none?x=<&>`);
    expect(answer.status).toBe(404);
    expect(answer.headers['x-amz-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.text).toContain(`<RequestId>${answer.headers['x-amz-request-id']}</RequestId>`);
  });

  test('says so when S3 has an operation that is not served here, and writes nothing', async () => {
    const answer = await server.raw('PUT', `/${BUCKET}/acl?acl`, { headers: { 'content-length': 1 }, body: 'x' });
    expect(answer.status).toBe(501);
    await expect(get('acl')).rejects.toMatchObject(failure('NoSuchKey', 404));
  });
});
