import { type BatchrockError, InputError, isBatchrockError, ServiceError } from '@batchrock/core';

/** The code of a file system error, such as `ENOSPC`; empty for anything else. */
export function systemErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Codes of paths that can never do, so that the same command again would not help. */
const WRONG_PATHS: ReadonlyMap<string, string> = new Map([
  ['ELOOP', 'its symbolic links lead in a circle'],
  ['ENAMETOOLONG', 'the name is too long for this file system'],
  ['EISDIR', 'it is a folder, not a file'],
  ['ENOTDIR', 'a file stands where a folder is needed'],
]);

/** Codes of a place that takes no more bytes. */
const FULL: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'no space left on the disk'],
  ['EDQUOT', 'no space left on the disk: a quota is reached'],
  ['EFBIG', 'the file is too large for this file system, or for a limit on the size of files (ulimit -f)'],
]);

/** Translates what node:fs throws into our tree. `what` says what was tried, such as `write results.jsonl`. */
export function storageError(error: unknown, what: string): BatchrockError {
  if (isBatchrockError(error)) return error;
  const code = systemErrorCode(error);
  const detail = { details: { systemCode: code }, cause: error };
  const full = FULL.get(code);
  if (full !== undefined) {
    return new ServiceError('BR-E0508', `cannot ${what}: ${full}`, {
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
  const wrong = WRONG_PATHS.get(code);
  if (wrong !== undefined) {
    return new InputError('BR-E0120', `cannot ${what}: ${wrong}`, { ...detail, hint: 'give another path' });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ServiceError('BR-E0509', `cannot ${what}: ${message}`, { ...detail, reason: 'unavailable', effect: 'unknown' });
}
