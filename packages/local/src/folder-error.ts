import { type BatchrockError, InputError, isBatchrockError, StateError } from '@batchrock/core';
import { diskFull, isDiskFull } from './storage/index.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html) for a file that is none of its own, or no whole one. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

/** Codes of the file system for a folder that cannot be the server's. */
const NOT_OURS: ReadonlyMap<string, string> = new Map([
  ['EEXIST', 'a file stands there'],
  ['ENOTDIR', 'a file stands where a folder is needed'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
]);

/**
 * What opening the folder of a local Bedrock threw, in our words: `BR-E0508` when the disk is full, `BR-E0120` for a folder
 * that cannot be used, `BR-E0205` for a damaged one. Undefined for anything else.
 */
export function folderError(dir: string, error: unknown): BatchrockError | undefined {
  if (isDiskFull(error)) return diskFull(dir, error);
  if (isBatchrockError(error) || !(error instanceof Error)) return undefined;
  const details = { path: dir };
  const notOurs = 'code' in error ? NOT_OURS.get(String(error.code)) : undefined;
  if (notOurs !== undefined) {
    const hint = 'choose a folder that may be written';
    return new InputError('BR-E0120', `the local Bedrock cannot keep its state in ${dir}: ${notOurs}`, {
      details,
      cause: error,
      hint,
    });
  }
  const isDamaged = error instanceof SyntaxError || ('errcode' in error && DAMAGED.has(Number(error.errcode) & 0xff));
  if (!isDamaged) return undefined;
  const hint = `move ${dir} away: the local Bedrock begins anew, and so does a run whose jobs were there, with --new`;
  return new StateError('BR-E0205', `the folder of the local Bedrock is damaged, ${dir}: ${error.message}`, {
    details,
    cause: error,
    hint,
  });
}
