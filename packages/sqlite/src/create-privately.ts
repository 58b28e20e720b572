import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { StateError } from '@batchrock/core';

/**
 * Makes a file and its directory when there are none, for the user alone: a ledger shows what was asked of a model and
 * where the answers lie. A file that exists is not opened, not even for a moment: to close any descriptor of a file drops
 * every POSIX lock that the process has on it, also those of SQLite.
 */
export function createPrivately(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    const why = error instanceof Error ? error.message : String(error);
    const hint = 'check that the directory exists and may be written, or choose another state directory';
    throw new StateError('BR-E0205', `${path} cannot be made: ${why}`, { details: { path }, cause: error, hint });
  }
}
