import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKET, type S3Server, startS3Server } from '../testing/s3-server.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** A presigned URL as every AWS SDK makes it (Signature Version 4 in the query). */
function presign(method: string, key: string): string {
  const [date, region, day] = ['20261121T000000Z', 'us-east-1', '20261121'];
  const url = new URL(`/${BUCKET}/${encodeURIComponent(key)}`, server.url);
  const scope = `${day}/${region}/s3/aws4_request`;
  const query = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
    'X-Amz-Credential': `AKIDTEST/${scope}`,
    'X-Amz-Date': date,
    'X-Amz-Expires': '900',
    'X-Amz-SignedHeaders': 'host',
    'x-id': method === 'PUT' ? 'PutObject' : 'GetObject',
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const canonical = [method, url.pathname, url.search.slice(1), `host:${url.host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const signing = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, 'AWS4secret');
  const signature = hmac(signing, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex');
  url.searchParams.set('X-Amz-Signature', signature);
  return url.href;
}

test('presigned addresses write and read an object without another header', async () => {
  const put = await fetch(presign('PUT', 'signed key'), { method: 'PUT', body: 'by address' });
  expect(put.status).toBe(200);
  const get = await fetch(presign('GET', 'signed key'));
  expect(await get.text()).toBe('by address');
});
