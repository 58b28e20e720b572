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
