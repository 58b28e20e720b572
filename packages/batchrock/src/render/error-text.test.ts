import { CancelledError, InputError, ServiceError, StateError } from '@batchrock/core';
import pico from 'picocolors';
import { describe, expect, test } from 'vitest';
import { errorDocument, renderError } from './error-text.ts';

const plain = pico.createColors(false);

const refused = new ServiceError('BR-E0501', 'CreateModelInvocationJob: not authorized', {
  reason: 'denied',
  effect: 'none',
  hint: 'allow bedrock:CreateModelInvocationJob',
  details: { requestId: '4f1c-88' },
});

describe('an error', () => {
  test('says what happened, what to do, which request of AWS it was, and where to read more', () => {
    expect(renderError(refused, plain).split('\n')).toEqual([
      'BR-E0501 CreateModelInvocationJob: not authorized',
      '  → allow bedrock:CreateModelInvocationJob',
      '  AWS request id: 4f1c-88',
      '  docs: docs/errors.md#br-e0501',
    ]);
    expect(renderError(new InputError('BR-E0101', 'no such file: x'), plain)).not.toContain('request id');
  });

  test('is a document of the same, with its details', () => {
    expect(errorDocument(refused)).toEqual({
      schema: 'batchrock.error/1',
      error: {
        code: 'BR-E0501',
        message: 'CreateModelInvocationJob: not authorized',
        hint: 'allow bedrock:CreateModelInvocationJob',
        docs: 'docs/errors.md#br-e0501',
        retryable: false,
        details: { requestId: '4f1c-88' },
      },
    });
  });

  test.each([
    [new InputError('BR-E0112', 'x'), false],
    [new StateError('BR-E0202', 'x'), true],
    [new StateError('BR-E0207', 'x'), false],
    [new ServiceError('BR-E0502', 'x', { reason: 'throttled', effect: 'none' }), true],
    [new ServiceError('BR-E0507', 'x', { reason: 'quota', effect: 'none' }), true],
    [refused, false],
    [new CancelledError(), true],
  ])('%o may go away by itself: %s', (error, retryable) => {
    expect(errorDocument(error)).toMatchObject({ error: { retryable } });
  });
});
