import { type BatchrockError, isBatchrockError, ServiceError, StateError } from '@batchrock/core';

/** Primary result codes of SQLite (sqlite.org/rescode.html) that are told apart here. */
const ERROR = 1;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const CONSTRAINT = 19;
const NOTADB = 26;
/** Extended codes. The memory that connections share is a file, and extending it fails when the disk is full. */
const IOERR_SHMSIZE = 4874;
/** A write that failed for another reason than a full disk: a quota, a limit on the size of files, or a disk that fails. */
const IOERR_WRITE = 778;

/** True when another connection holds the lock that is needed. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** What a file of SQLite is to its user. */
export interface SqliteFile {
  readonly name: string;
  /** Of a file that cannot be used. */
  readonly code: 'BR-E0205' | 'BR-E0220';
  /** It is something else, or not whole. */
  damaged(path: string, why: string, cause?: unknown): StateError;
}

const LEDGER: SqliteFile = { name: 'the ledger', code: 'BR-E0205', damaged: damagedLedger };

/** An error of SQLite in our words. `effect` is what is known of a commit that failed otherwise. */
export function translateSqliteError(
  error: unknown,
  path: string,
  effect: 'none' | 'unknown',
  { name, code, damaged }: SqliteFile = LEDGER,
): BatchrockError {
  if (isBatchrockError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const details = { path };
  switch (primaryCode(error)) {
    // our statements never change: where a table or a column is not what they say, or an entry is there twice, the file is not ours
    // any more
    case ERROR:
    case CONSTRAINT:
    case CORRUPT:
    case NOTADB:
      return damaged(path, message, error);
    case READONLY:
    case CANTOPEN: {
      const hint = 'check that the directory exists and may be written, or choose another state directory';
      return new StateError(code, `${name} ${path} cannot be opened: ${message}`, { details, cause: error, hint });
    }
    case FULL:
    case IOERR_SHMSIZE: {
      const text = `no space left for ${name} ${path}`;
      return new ServiceError('BR-E0508', text, { reason: 'unavailable', effect: 'none', details, cause: error });
    }
    case IOERR_WRITE: {
      const text = `${name} ${path} cannot be written: a quota or a limit on the size of files (ulimit -f) is reached, or the disk fails`;
      return new ServiceError('BR-E0508', text, { reason: 'unavailable', effect, details, cause: error });
    }
    case BUSY:
    case LOCKED: {
      const text = `${name} ${path} is locked by another process`;
      return new ServiceError('BR-E0203', text, { reason: 'unavailable', effect: 'none', details, cause: error });
    }
    default: {
      const text = `${name} ${path} failed: ${message}`;
      return new ServiceError('BR-E0509', text, { reason: 'unavailable', effect, details, cause: error });
    }
  }
}

/** `BR-E0205` for a file that is no ledger or no whole one. */
export function damagedLedger(path: string, why: string, cause?: unknown): StateError {
  const hint = `move ${path} and the files beside it (-wal, -shm) away; the runs themselves are in their buckets, and batchrock adopt s3://…/runs/<run> makes the ledger again from there, with nothing paid for twice`;
  return new StateError('BR-E0205', `the ledger ${path} is damaged: ${why}`, { details: { path }, cause, hint });
}

/** `BR-E0205` for a file that was removed, moved or replaced while it was open: what is written to it now, nobody will ever read. */
export function goneLedger(path: string): StateError {
  const hint = `put ${path} back, and the files beside it (-wal, -shm); where it is gone, batchrock adopt s3://…/runs/<run> makes it again from the run's bucket`;
  return new StateError('BR-E0205', `the ledger ${path} was removed or replaced while it was in use`, {
    details: { path },
    hint,
  });
}

function primaryCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  if (error.errcode === IOERR_SHMSIZE || error.errcode === IOERR_WRITE) return error.errcode;
  // the low byte is the primary code, whatever extended code stands above it
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
