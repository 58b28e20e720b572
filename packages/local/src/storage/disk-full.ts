import { ServiceError } from '@batchrock/core';

/** `SQLITE_FULL`, and `SQLITE_IOERR_SHMSIZE`: its shared memory could not be extended (sqlite.org/rescode.html). */
const SQLITE_FULL = 13;
const SQLITE_IOERR_SHMSIZE = 4874;
/** `SQLITE_IOERR_WRITE`: a quota or a limit on the size of files, which SQLite does not tell from a disk that fails. */
const SQLITE_IOERR_WRITE = 778;
/** The disk is full, a quota is reached, a file may not be larger. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'BR-E0508']);

/** True when the disk, or the share of it that we may use, had no room for what was written. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && FULL.has(error.code)) return true;
  if (!('errcode' in error) || typeof error.errcode !== 'number') return false;
  const { errcode } = error;
  return (errcode & 0xff) === SQLITE_FULL || errcode === SQLITE_IOERR_SHMSIZE || errcode === SQLITE_IOERR_WRITE;
}

/** `BR-E0508` for a folder that has no room. */
export function diskFull(dir: string, cause: unknown): ServiceError {
  const message = `no space left for the local Bedrock in ${dir}`;
  return new ServiceError('BR-E0508', message, { reason: 'unavailable', effect: 'none', details: { path: dir }, cause });
}
