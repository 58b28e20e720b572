import { describe, expect, test } from 'vitest';
import { bucketOfHost } from './guard.ts';
import { credentialScope, serviceOf } from './route.ts';

const signed = (service: string) => ({ accessKeyId: 'AKID', region: 'us-east-1', service });

describe('the scope of a signature', () => {
  test('is read from the header', () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKID/20261121/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc';
    expect(credentialScope({ authorization }, new URLSearchParams())).toEqual({
      accessKeyId: 'AKID',
      region: 'eu-west-1',
      service: 's3',
    });
  });

  test('is read from a presigned address', () => {
    const query = new URLSearchParams('X-Amz-Credential=AKID%2F20261121%2Fus-east-1%2Fbedrock%2Faws4_request');
    expect(credentialScope({}, query)).toEqual(signed('bedrock'));
  });

  test('may have an access key id with slashes', () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=a/b/20261121/us-east-1/s3/aws4_request';
    expect(credentialScope({ authorization }, new URLSearchParams())?.accessKeyId).toBe('a/b');
  });

  test.each(['', 'Basic abc', 'AWS4-HMAC-SHA256 Credential=AKID', 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e'])(
    'is absent in "%s"',
    (authorization) => {
      expect(credentialScope({ authorization }, new URLSearchParams())).toBeUndefined();
    },
  );
});

describe('a signed request goes to the service that it was signed for', () => {
  test.each([
    ['s3', '/model/x/invoke', 's3'],
    ['s3', '/model-invocation-jobs', 's3'],
    ['bedrock', '/model-invocation-job', 'bedrock'],
    ['bedrock', '/model/anthropic.x/converse', 'bedrock-runtime'],
    ['bedrock', '/models', 'bedrock'],
    ['servicequotas', '/', 'servicequotas'],
    ['sqs', '/', undefined],
  ])('%s %s -> %s', (service, path, expected) => {
    expect(serviceOf(signed(service), {}, 'POST', path)).toBe(expected);
  });
});

describe('an unsigned request goes where it looks to belong', () => {
  test.each([
    ['GET', '/', {}, 's3'],
    ['POST', '/', { 'x-amz-target': 'ServiceQuotasV20190624.ListServiceQuotas' }, 'servicequotas'],
    ['POST', '/model-invocation-job', {}, 'bedrock'],
    ['GET', '/model-invocation-jobs', {}, 'bedrock'],
    ['GET', '/foundation-models/x', {}, 'bedrock'],
    ['POST', '/model/x/invoke', {}, 'bedrock-runtime'],
    ['PUT', '/models/key', {}, 's3'],
    ['POST', '/anything', { authorization: 'Bearer token' }, 'bedrock'],
    ['POST', '/model/x/invoke', { authorization: 'bearer token' }, 'bedrock-runtime'],
  ])('%s %s -> %s', (method, path, headers, expected) => {
    expect(serviceOf(undefined, headers, method, path)).toBe(expected);
  });
});

test.each([
  ['bucket.localhost', 'bucket'],
  ['my.bucket.localhost', 'my.bucket'],
  ['bucket.s3.localhost', 'bucket'],
  ['bucket.s3.eu-west-1.localhost', 'bucket'],
  ['s3.localhost', undefined],
  ['localhost', undefined],
  ['127.0.0.1', undefined],
])('the host %s names the bucket %s', (host, bucket) => {
  expect(bucketOfHost(host)).toBe(bucket);
});
