import { request } from 'node:http';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKET, type S3Server, startS3Server } from '../testing/s3-server.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

const put = (Key: string) => server.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: `of ${Key}` }));
const get = async (Key: string) =>
  (await server.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body!.transformToString();

const ODD = [
  'with space',
  ' leading and trailing ',
  'plus+and%25percent%',
  'a/../../../etc/passwd',
  '../up',
  './here',
  '..',
  'trailing/slash/',
  '/leading/slash',
  'double//slash',
  'same',
  'same/below',
  'UPPER',
  'upper',
  'ünïcödé/日本語/😀/\u{1f468}\u200d\u{1f469}',
  'e\u0301',
  '\u00e9',
  'quote"\'<&>;?#[]@!$()*,=:',
  'back\\slash',
  'control\u0001\u001f\u007f',
  'line\r\nbreaks\u2028\u2029\u0085',
  'con.txt',
  '~$x|y',
  'x'.repeat(1024),
  `${'ü'.repeat(511)}zz`,
  `${'segment/'.repeat(127)}end`,
];

test.each(ODD)('a key %j is stored and found', async (key) => {
  await put(key);
  expect(await get(key)).toBe(`of ${key}`);
  await server.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }));
});

test('odd keys are all listed, each once, in the order of their bytes, however they are encoded', async () => {
  for (const key of ODD) await put(key);
  const expected = [...ODD].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const plain = await server.s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  expect(plain.Contents?.map(({ Key }) => Key)).toEqual(expected);
  const encoded = await server.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, EncodingType: 'url' }));
  expect(encoded.Contents?.map(({ Key }) => decodeURIComponent(Key!))).toEqual(expected);
});

test('a key above 1,024 bytes is refused', async () => {
  const tooLong = { name: 'KeyTooLongError', $metadata: { httpStatusCode: 400 } };
  await expect(put('x'.repeat(1025))).rejects.toMatchObject(tooLong);
  await expect(put('ü'.repeat(513))).rejects.toMatchObject(tooLong);
});

test('an address that is no UTF-8 is refused', async () => {
  expect((await server.raw('GET', `/${BUCKET}/%ff%fe`)).text).toContain('<Code>InvalidURI</Code>');
  expect((await server.raw('GET', `/${BUCKET}/%zz`)).text).toContain('<Code>InvalidURI</Code>');
});

test('the bucket may be the first name of the host', async () => {
  await put('virtual');
  const { port } = new URL(server.url);
  const answer = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { host: `${BUCKET}.localhost:${port}` };
    request({ host: '127.0.0.1', port, path: '/virtual', headers, agent: false }, (response) =>
      resolve(response.resume().statusCode),
    )
      .once('error', reject)
      .end();
  });
  expect(answer).toBe(200);
});

test('whatever the characters, a key comes back in a list and is deleted by its name', async () => {
  // Not lone surrogates: a request cannot carry one. Not what XML cannot write: lists show that only when they are encoded.
  const character = fc.oneof(
    fc.integer({ min: 32, max: 0x2ff }),
    fc.integer({ min: 0x2000, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x1fffd }),
  );
  const unit = character.map((code) => String.fromCodePoint(code)).filter((one) => !/[\ufffe\uffff]/.test(one));
  const key = fc.string({ unit, minLength: 1, maxLength: 40 });
  const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(keys, async (Keys) => {
      const prefixed = Keys.map((one) => `any/${one}`);
      for (const one of prefixed) await put(one);
      const listed = await server.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'any/' }));
      expect(listed.Contents?.map(({ Key }) => Key).sort()).toEqual([...prefixed].sort());
      await server.s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: prefixed.map((Key) => ({ Key })) } }));
      const left = await server.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'any/' }));
      expect(left.KeyCount).toBe(0);
    }),
    { numRuns: 40 },
  );
});
