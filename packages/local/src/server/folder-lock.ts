import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** SQLite's result code for a database that somebody else has locked. */
const SQLITE_BUSY = 5;

/** A folder that is ours alone until it is released or this process ends, however it ends. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the folder for this process, or says at once that another has it (`undefined`). The lock is the operating
 * system's, taken through SQLite, so that it cannot outlive a process that was killed.
 */
export function lockFolder(dir: string): FolderLock | undefined {
  return lockFile(dir, 'lock.db');
}

/** The same for the turn to serve the folder: who has it may start a server, and need not serve yet. */
export function takeTurn(dir: string): FolderLock | undefined {
  return lockFile(dir, 'turn.db');
}

function lockFile(dir: string, name: string): FolderLock | undefined {
  mkdirSync(dir, { recursive: true });
  const database = new DatabaseSync(join(dir, name));
  try {
    database.exec('pragma busy_timeout = 0; begin exclusive;');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
