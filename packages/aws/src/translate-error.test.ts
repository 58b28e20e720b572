import { expect, test } from 'vitest';
import { translateError } from './translate-error.ts';

test('a server whose disk is full is a full disk, and no trouble that passes by itself', () => {
  const refusal = Object.assign(new Error('The disk of this server is full.'), {
    name: 'InsufficientStorage',
    $metadata: { httpStatusCode: 507, attempts: 3 },
  });
  expect(translateError(refusal, 'PutObject s3://b/k')).toMatchObject({
    code: 'BR-E0508',
    message: 'PutObject s3://b/k: no space left on the disk of the server',
    effect: 'unknown',
  });
  const outage = Object.assign(new Error('x'), { name: 'InternalError', $metadata: { httpStatusCode: 500 } });
  expect(translateError(outage, 'PutObject')).toMatchObject({ code: 'BR-E0503' });
});

test('an answer that cannot be read is told as one of another server, without the words of the SDK', () => {
  const unreadable = Object.assign(
    new Error(
      '@aws-sdk XML parse error: unexpected content.\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.',
    ),
    { $metadata: { httpStatusCode: 404 } },
  );
  expect(translateError(unreadable, 'PutObject s3://b/k')).toMatchObject({
    message: 'PutObject s3://b/k: the answer (HTTP 404) is none that AWS gives',
    hint: expect.stringContaining('--endpoint-url'),
  });
});
