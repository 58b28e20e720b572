import { describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE, type ErrorCode } from './catalogue.ts';
import { CancelledError, InputError, invariant, isBatchrockError, isServiceError, ServiceError } from './errors.ts';

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('an error of the tree', () => {
  it('has the hint of its code unless it knows a better one', () => {
    expect(new InputError('BR-E0101', 'x').hint).toBe(ERROR_CATALOGUE['BR-E0101'].hint);
    expect(new InputError('BR-E0101', 'x', { hint: 'look there' }).hint).toBe('look there');
  });

  it('is told by its code, also where it comes from another copy of this package', () => {
    const foreign = Object.assign(new Error('x'), { code: 'BR-E0101' satisfies ErrorCode });
    expect(isBatchrockError(foreign)).toBe(true);
    expect(isBatchrockError(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe(false);
    expect(isBatchrockError('BR-E0101')).toBe(false);
    const busy = new ServiceError('BR-E0502', 'x', { reason: 'throttled', effect: 'none' });
    expect([isServiceError(busy), isServiceError(busy, 'throttled'), isServiceError(busy, 'quota')]).toEqual([true, true, false]);
  });

  it('is a broken promise of ours when an invariant does not hold, and nothing when it does', () => {
    expect(thrown(() => invariant(1 + 1 === 2, 'sums'))).toBeUndefined();
    expect(thrown(() => invariant(false, 'two rows at one place'))).toMatchObject({
      kind: 'invariant',
      code: 'BR-E0901',
      message: 'two rows at one place',
      hint: expect.stringContaining('report it'),
    });
  });

  it('keeps its cause, and says when somebody cancelled it', () => {
    const cause = new Error('the signal');
    expect(new CancelledError('waiting was cancelled', { cause })).toMatchObject({ kind: 'cancelled', code: 'BR-E0801', cause });
  });
});
