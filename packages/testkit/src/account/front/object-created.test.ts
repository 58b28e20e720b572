import { expect, test } from 'vitest';
import type { FrontRequest } from './call.ts';
import { objectCreatedBy } from './object-created.ts';

const request = (method: string, address: string, headers: FrontRequest['headers'] = {}): FrontRequest => {
  const [path = '', query] = address.split('?');
  const body = Buffer.alloc(0);
  return { method, path, query: new URLSearchParams(query), headers, body, service: 's3', region: 'us-east-1' };
};

test.each([
  ['PUT', '/bucket/to-process/a%20b%2B.jsonl?x-id=PutObject', {}, 'PutObject'],
  ['PUT', '/bucket/to-process/a%20b%2B.jsonl', { 'x-amz-copy-source': '/other/key' }, 'CopyObject'],
  ['POST', '/bucket/to-process/a%20b%2B.jsonl?uploadId=1', {}, 'CompleteMultipartUpload'],
])('%s %s puts an object there, by its plain key', (method, address, headers, reason) => {
  expect(objectCreatedBy(request(method, address, headers), 200)).toEqual({
    bucket: 'bucket',
    key: 'to-process/a b+.jsonl',
    reason,
  });
});

test.each([
  ['PUT', '/bucket/key?partNumber=1&uploadId=1', 200],
  ['PUT', '/bucket/key?tagging=', 200],
  ['PUT', '/bucket', 200],
  ['POST', '/bucket/key?uploads=', 200],
  ['GET', '/bucket/key', 200],
  ['DELETE', '/bucket/key', 204],
  ['PUT', '/bucket/key', 412],
])('%s %s, answered by %i, puts none there', (method, address, statusCode) => {
  expect(objectCreatedBy(request(method, address), statusCode)).toBeUndefined();
});
