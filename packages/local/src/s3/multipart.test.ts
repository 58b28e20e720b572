import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChecksum } from '../storage/index.ts';
import { BUCKET, type S3Server, startS3Server } from '../testing/s3-server.ts';

const MIB = 1024 * 1024;
const BIG = Buffer.alloc(5 * MIB, 'a part of five mebibytes, the least that S3 takes; ');
const LAST = Buffer.from('the last part may be small');

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

const at = (Key: string) => ({ Bucket: BUCKET, Key });
const failure = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

async function begin(key: string, more = {}): Promise<string> {
  return (await server.s3.send(new CreateMultipartUploadCommand({ ...at(key), ...more }))).UploadId!;
}

async function part(key: string, UploadId: string, PartNumber: number, Body: Uint8Array, more = {}): Promise<CompletedPart> {
  const sent = await server.s3.send(new UploadPartCommand({ ...at(key), UploadId, PartNumber, Body, ...more }));
  const { ETag, ChecksumCRC32, ChecksumSHA256, ChecksumCRC64NVME } = sent;
  return { PartNumber, ETag, ChecksumCRC32, ChecksumSHA256, ChecksumCRC64NVME };
}

const complete = (key: string, UploadId: string, Parts: CompletedPart[], more = {}) =>
  server.s3.send(new CompleteMultipartUploadCommand({ ...at(key), UploadId, MultipartUpload: { Parts }, ...more }));

async function bytesOf(key: string, more = {}): Promise<Buffer> {
  const found = await server.s3.send(new GetObjectCommand({ ...at(key), ...more }));
  return Buffer.from(await found.Body!.transformToByteArray());
}

function crc(algorithm: 'CRC32' | 'CRC64NVME', bytes: Uint8Array): string {
  const running = createChecksum(algorithm);
  running.update(bytes);
  return Buffer.from(running.digest()).toString('base64');
}

describe('an upload in parts', () => {
  test('is one object: parts in order of their numbers, whole and by range and by part', async () => {
    const id = await begin('parts', { ContentType: 'text/plain', Metadata: { a: 'b' } });
    const third = await part('parts', id, 30, LAST);
    const first = await part('parts', id, 1, BIG);
    const second = await part('parts', id, 2, BIG);
    const done = await complete('parts', id, [first, second, third]);
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    const whole = Buffer.concat([BIG, BIG, LAST]);
    expect((await bytesOf('parts')).equals(whole)).toBe(true);
    const [from, to] = [5 * MIB - 3, 10 * MIB + 4];
    expect((await bytesOf('parts', { Range: `bytes=${from}-${to}` })).equals(whole.subarray(from, to + 1))).toBe(true);
    expect((await bytesOf('parts', { PartNumber: 3 })).equals(LAST)).toBe(true);
    const head = await server.s3.send(new HeadObjectCommand({ ...at('parts'), PartNumber: 2 }));
    expect(head).toMatchObject({ PartsCount: 3, ContentLength: BIG.length, ContentType: 'text/plain', Metadata: { a: 'b' } });
    await expect(bytesOf('parts', { PartNumber: 4 })).rejects.toMatchObject(failure('InvalidRange', 416));
  });

  test('is not seen before it is complete, and its unused and replaced parts leave nothing', async () => {
    const id = await begin('unseen');
    await part('unseen', id, 1, LAST);
    const replaced = await part('unseen', id, 1, BIG);
    await part('unseen', id, 2, LAST);
    await expect(bytesOf('unseen')).rejects.toMatchObject(failure('NoSuchKey', 404));
    await complete('unseen', id, [replaced]);
    expect((await bytesOf('unseen')).equals(BIG)).toBe(true);
    const parts = server.s3.send(new ListPartsCommand({ ...at('unseen'), UploadId: id }));
    await expect(parts).rejects.toMatchObject(failure('NoSuchUpload', 404));
  });

  test('that is completed twice, because the first answer was lost, is answered the same', async () => {
    const id = await begin('twice');
    const parts = [await part('twice', id, 1, LAST)];
    const first = await complete('twice', id, parts);
    expect((await complete('twice', id, parts)).ETag).toBe(first.ETag);
    await server.s3.send(new PutObjectCommand({ ...at('twice'), Body: 'later' }));
    await expect(complete('twice', id, parts)).rejects.toMatchObject(failure('NoSuchUpload', 404));
  });

  test('that is aborted is gone', async () => {
    const id = await begin('aborted');
    const one = await part('aborted', id, 1, LAST);
    await server.s3.send(new AbortMultipartUploadCommand({ ...at('aborted'), UploadId: id }));
    await expect(complete('aborted', id, [one])).rejects.toMatchObject(failure('NoSuchUpload', 404));
    await expect(part('aborted', id, 2, LAST)).rejects.toMatchObject(failure('NoSuchUpload', 404));
  });

  test('goes on after a restart', async () => {
    const id = await begin('restarted');
    const one = await part('restarted', id, 1, BIG);
    await server.restart();
    const two = await part('restarted', id, 2, LAST);
    await complete('restarted', id, [one, two]);
    await server.restart();
    expect((await bytesOf('restarted')).equals(Buffer.concat([BIG, LAST]))).toBe(true);
  });

  test('fails on parts in the wrong order, of another ETag, too small, or none', async () => {
    const id = await begin('wrong');
    const one = await part('wrong', id, 1, LAST);
    const two = await part('wrong', id, 2, LAST);
    await expect(complete('wrong', id, [two, one])).rejects.toMatchObject(failure('InvalidPartOrder', 400));
    await expect(complete('wrong', id, [one, one])).rejects.toMatchObject(failure('InvalidPartOrder', 400));
    await expect(complete('wrong', id, [one, two])).rejects.toMatchObject(failure('EntityTooSmall', 400));
    await expect(complete('wrong', id, [{ ...one, ETag: two.ETag }])).rejects.toMatchObject(failure('InvalidPart', 400));
    await expect(complete('wrong', id, [{ ...one, PartNumber: 9 }])).rejects.toMatchObject(failure('InvalidPart', 400));
    await expect(complete('wrong', id, [])).rejects.toMatchObject(failure('MalformedXML', 400));
    await expect(part('wrong', id, 0, LAST)).rejects.toMatchObject(failure('InvalidArgument', 400));
    await expect(part('wrong', id, 10_001, LAST)).rejects.toMatchObject(failure('InvalidArgument', 400));
    await complete('wrong', id, [one]);
  });

  test('has conditions that are checked when it is completed', async () => {
    const [early, late] = [await begin('condition'), await begin('condition')];
    const [a, b] = [await part('condition', early, 1, LAST), await part('condition', late, 1, LAST)];
    const { ETag } = await complete('condition', early, [a], { IfNoneMatch: '*' });
    await expect(complete('condition', late, [b], { IfNoneMatch: '*' })).rejects.toMatchObject(
      failure('PreconditionFailed', 412),
    );
    await expect(complete('condition', late, [b], { IfMatch: '"other"' })).rejects.toMatchObject(
      failure('PreconditionFailed', 412),
    );
    await complete('condition', late, [b], { IfMatch: ETag });
  });
});

describe('the checksum of an upload in parts', () => {
  test('is composite unless asked otherwise', async () => {
    const id = await begin('composite', { ChecksumAlgorithm: 'SHA256' });
    const one = await part('composite', id, 1, LAST, { ChecksumAlgorithm: 'SHA256' });
    const done = await complete('composite', id, [one]);
    const inner = createHash('sha256').update(LAST).digest();
    const expected = `${createHash('sha256').update(inner).digest('base64')}-1`;
    expect(done).toMatchObject({ ChecksumSHA256: expected, ChecksumType: 'COMPOSITE' });
    const head = await server.s3.send(new HeadObjectCommand({ ...at('composite'), ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ ChecksumSHA256: expected, ChecksumType: 'COMPOSITE' });
  });

  test.each(['CRC32', 'CRC64NVME'] as const)(
    '%s of the whole follows from the parts, and a wrong claim is refused',
    async (name) => {
      const id = await begin('full', { ChecksumAlgorithm: name, ChecksumType: 'FULL_OBJECT' });
      const field = `Checksum${name}`;
      const parts: Awaited<ReturnType<typeof part>>[] = [];
      for (const [n, Body] of [BIG, BIG, LAST].entries())
        parts.push(await part('full', id, n + 1, Body, { [field]: crc(name, Body) }));
      const whole = crc(name, Buffer.concat([BIG, BIG, LAST]));
      const claim = (value: string) => complete('full', id, parts, { [field]: value, ChecksumType: 'FULL_OBJECT' });
      await expect(claim(crc(name, LAST))).rejects.toMatchObject(failure('BadDigest', 400));
      expect(await claim(whole)).toMatchObject({ [field]: whole, ChecksumType: 'FULL_OBJECT' });
      expect((await bytesOf('full')).length).toBe(2 * BIG.length + LAST.length);
    },
  );

  test('must be of the algorithm that was announced', async () => {
    const id = await begin('announced', { ChecksumAlgorithm: 'CRC32' });
    await expect(part('announced', id, 1, LAST, { ChecksumAlgorithm: 'SHA1' })).rejects.toMatchObject(
      failure('InvalidRequest', 400),
    );
    const wrong = { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' };
    await expect(begin('announced', wrong)).rejects.toMatchObject(failure('InvalidRequest', 400));
  });
});

describe('UploadPartCopy', () => {
  test('takes a whole object or a range of it', async () => {
    await server.s3.send(new PutObjectCommand({ ...at('source'), Body: Buffer.concat([LAST, BIG]) }));
    const id = await begin('copied', { ChecksumAlgorithm: 'CRC32' });
    const copy = async (PartNumber: number, CopySourceRange?: string) => {
      const input = { ...at('copied'), UploadId: id, PartNumber, CopySource: `${BUCKET}/source`, CopySourceRange };
      const { CopyPartResult } = await server.s3.send(new UploadPartCopyCommand(input));
      return { PartNumber, ETag: CopyPartResult?.ETag, ChecksumCRC32: CopyPartResult?.ChecksumCRC32 };
    };
    const one = await copy(1);
    const two = await copy(2, `bytes=0-${LAST.length - 1}`);
    await expect(copy(3, `bytes=0-${6 * MIB}`)).rejects.toMatchObject(failure('InvalidArgument', 400));
    await server.s3.send(new DeleteObjectCommand(at('source')));
    await complete('copied', id, [one, two]);
    expect((await bytesOf('copied')).equals(Buffer.concat([LAST, BIG, LAST]))).toBe(true);
  });
});

describe('unfinished uploads', () => {
  test('and their parts are listed in pages', async () => {
    const [a, b] = [await begin('list/a'), await begin('list/a')];
    const c = await begin('list/b');
    const uploads = (more: object) =>
      server.s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: 'list/', ...more }));
    const first = await uploads({ MaxUploads: 2 });
    expect(first.Uploads?.map(({ UploadId }) => UploadId).sort()).toEqual([a, b].sort());
    expect(first.IsTruncated).toBe(true);
    const rest = await uploads({ KeyMarker: first.NextKeyMarker, UploadIdMarker: first.NextUploadIdMarker });
    expect(rest.Uploads?.map(({ UploadId }) => UploadId)).toEqual([c]);
    expect((await uploads({ KeyMarker: 'list/a' })).Uploads?.map(({ Key }) => Key)).toEqual(['list/b']);

    for (const n of [1, 2, 3, 10_000]) await part('list/b', c, n, LAST);
    const parts = (more: object) => server.s3.send(new ListPartsCommand({ ...at('list/b'), UploadId: c, ...more }));
    const page = await parts({ MaxParts: 3 });
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '3' });
    expect(page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([1, 2, 3].map((n) => [n, LAST.length]));
    const last = await parts({ PartNumberMarker: page.NextPartNumberMarker });
    expect(last.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([10_000]);
    expect(last.IsTruncated).toBe(false);
  });
});
