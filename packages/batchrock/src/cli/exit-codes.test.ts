import {
  CancelledError,
  ERROR_CATALOGUE,
  type ErrorCode,
  InputError,
  InvariantError,
  ServiceError,
  StateError,
} from '@batchrock/core';
import { describe, expect, test } from 'vitest';
import { EXIT_CODE_MEANINGS, exitCodeOf, exitCodeOfRun } from './exit-codes.ts';

describe('exit codes', () => {
  test('of errors of each kind', () => {
    expect(exitCodeOf(new InputError('BR-E0101', 'x'))).toBe(2);
    expect(exitCodeOf(new StateError('BR-E0202', 'x'))).toBe(2);
    expect(exitCodeOf(new StateError('BR-E0203', 'x'))).toBe(1);
    expect(exitCodeOf(new InvariantError('x'))).toBe(1);
    expect(exitCodeOf(new CancelledError())).toBe(130);
    expect(exitCodeOf(new CancelledError(), 'SIGTERM')).toBe(143);
    const service = (code: ErrorCode, reason: ServiceError['reason']) =>
      exitCodeOf(new ServiceError(code, 'x', { reason, effect: 'none' }));
    expect(service('BR-E0501', 'denied')).toBe(4);
    expect(service('BR-E0507', 'quota')).toBe(5);
    expect(service('BR-E0504', 'invalid')).toBe(5);
    expect(service('BR-E0506', 'unavailable')).toBe(5);
    expect(service('BR-E0502', 'throttled')).toBe(1);
    expect(service('BR-E0508', 'unavailable')).toBe(2);
    expect(service('BR-E0601', 'invalid')).toBe(6);
  });

  test('are one of those in the table, for every code of the catalogue', () => {
    const known = EXIT_CODE_MEANINGS.map((each) => each.code);
    for (const code of Object.keys(ERROR_CATALOGUE) as ErrorCode[]) {
      expect(known).toContain(exitCodeOf(new ServiceError(code, 'x', { reason: 'unavailable', effect: 'none' })));
      expect(known).toContain(exitCodeOf(new InputError(code, 'x')));
    }
  });

  test('of runs: failures count against the share that may fail', () => {
    const run = { state: 'ended', rows: 100, failed: 1, rejected: 1 };
    expect(exitCodeOfRun({ ...run, failed: 0, rejected: 0 }, 0)).toBe(0);
    expect([0, 0.019, 0.02, 1].map((rate) => exitCodeOfRun(run, rate))).toEqual([3, 3, 0, 0]);
    for (const state of ['running', 'stopped', 'preparing']) expect(exitCodeOfRun({ ...run, state }, 1)).toBe(7);
  });
});
