import { type BatchrockError, InputError, isBatchrockError, ServiceError } from '@batchrock/core';

/** The code of a file system error, such as `ENOSPC`; empty for anything else. */
export function systemErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Translates what node:fs throws into our tree. `what` says what was tried, such as `write results.jsonl`. */
export function storageError(error: unknown, what: string): BatchrockError {
  if (isBatchrockError(error)) return error;
  const code = systemErrorCode(error);
  const detail = { details: { systemCode: code }, cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ServiceError('BR-E0508', `cannot ${what}: no space left on the disk`, {
      ...detail,
      reason: 'unavailable',
      effect: 'none',
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new InputError('BR-E0120', `cannot ${what}: permission denied`, {
      ...detail,
      hint: 'choose a place that you may write to and read from',
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ServiceError('BR-E0509', `cannot ${what}: ${message}`, { ...detail, reason: 'unavailable', effect: 'unknown' });
}
