import type { DatabaseSync } from 'node:sqlite';
import { createPrivately } from './create-privately.ts';
import { nodeSqlite } from './node-sqlite.ts';
import { isBusy, translateSqliteError } from './sqlite-errors.ts';

/** A lock in hand. */
export interface HeldLock {
  /** Gives it back. The file stays. */
  release(): void;
}

/** A database that nobody refers to is closed by the collector, and its lock is gone: these are held until they are released. */
const HELD = new Set<DatabaseSync>();

/**
 * Takes the exclusive lock of a file, and makes the file when there is none; undefined when somebody has it, in this
 * process or another. The operating system drops it when its holder dies, however it dies, so no lock is ever stale.
 */
export function holdLock(path: string): HeldLock | undefined {
  let database: DatabaseSync | undefined;
  try {
    createPrivately(path);
    database = new (nodeSqlite().DatabaseSync)(path);
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (isBusy(error)) return undefined;
    throw translateSqliteError(error, path, 'none');
  }
  const held = database;
  HELD.add(held);
  return {
    release() {
      if (HELD.delete(held)) held.close();
    },
  };
}
