import { CancelledError, InputError, InvariantError, ServiceError, StateError } from '@batchrock/core';
import { expect, test } from 'vitest';
import { heardError, tellError } from './told-error.ts';

const options = { details: { row: 3, names: ['a', 'b'] }, hint: 'do so', cause: new Error('below', { cause: 'lowest' }) };

test.each([
  new InputError('BR-E0104', 'input', options),
  new StateError('BR-E0207', 'state', options),
  new ServiceError('BR-E0505', 'service', { ...options, reason: 'throttled', effect: 'none', retryAfterMs: 250 }),
  new CancelledError('cancelled', options),
  new InvariantError('bug', options),
])('$name is the same after it was told to another thread', (error) => {
  const heard = heardError(structuredClone(tellError(error)));
  expect(heard).toBeInstanceOf(error.constructor);
  const { cause: _, ...own } = error;
  expect(heard).toMatchObject({ ...own, message: error.message, stack: error.stack });
  expect(heard.cause).toMatchObject({ message: 'below', cause: { message: 'lowest' } });
});

test('what is no error of ours keeps its message and where it was thrown', () => {
  const error = new TypeError('x is not a function');
  expect(heardError(structuredClone(tellError(error)))).toMatchObject({ message: error.message, stack: error.stack });
  expect(heardError(tellError('only words')).message).toBe('only words');
});

test('an error that cannot be cloned is told all the same', () => {
  const error = Object.assign(new Error('with a socket'), { socket: () => undefined });
  expect(structuredClone(tellError(new InputError('BR-E0104', 'row', { cause: error }))).cause?.message).toBe('with a socket');
});
