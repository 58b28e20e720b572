import { describe, expect, it } from 'vitest';
import { isFinal, refusal } from './index.ts';

describe('an error of the create handler', () => {
  it('has a name that a state machine can catch', () => {
    expect(refusal('InvalidManifestKey', 'x')).toMatchObject({ name: 'InvalidManifestKey', message: 'x', kind: 'input' });
  });

  it('is final where no repetition can help, and only there', () => {
    const named = (name: string) => Object.assign(new Error('x'), { name });
    for (const name of ['ValidationException', 'AccessDeniedException', 'ResourceNotFoundException', 'InvalidModelId']) {
      expect(isFinal(named(name))).toBe(true);
    }
    for (const name of ['ThrottlingException', 'ServiceQuotaExceededException', 'InternalServerException', 'Error']) {
      expect(isFinal(named(name))).toBe(false);
    }
    expect(isFinal('ValidationException')).toBe(false);
  });
});
