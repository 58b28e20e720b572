import type { DatabaseSync } from 'node:sqlite';
import { createPrivately } from './create-privately.ts';
import { nodeSqlite } from './node-sqlite.ts';
import { type SqliteFile, translateSqliteError } from './sqlite-errors.ts';

/** How long a statement waits for another process; the thread stands still meanwhile, so not long. */
const BUSY_TIMEOUT_MS = 2_000;

/** How a file is opened. */
export interface FileOptions<Statements> {
  /** What it is to its user, for errors; default: the ledger. */
  readonly file?: SqliteFile;
  /** Pragmas of it, before anything is looked at. */
  readonly pragmas: string;
  /** Lays it out when it is new, and looks whether it is ours. */
  readonly layOut: (database: DatabaseSync, path: string) => void;
  readonly prepare: (database: DatabaseSync) => Statements;
}

/** Opens a file of SQLite that any number of processes may have open, and makes it when there is none. */
export function openFile<Statements>(
  path: string,
  { file, pragmas, layOut, prepare }: FileOptions<Statements>,
): { readonly database: DatabaseSync; readonly statements: Statements } {
  let database: DatabaseSync | undefined;
  try {
    createPrivately(path);
    database = new (nodeSqlite().DatabaseSync)(path);
    // by pragma: the option of the constructor came with Node 22.16
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; ${pragmas}`);
    layOut(database, path);
    return { database, statements: prepare(database) };
  } catch (error) {
    database?.close();
    throw translateSqliteError(error, path, 'none', file);
  }
}

/** A pragma that is a number. */
export function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

export function tableCount(database: DatabaseSync): number {
  return Number(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables']);
}

/** Ends a transaction that failed. */
export function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite rolled back by itself; the error that led here says why
  }
}
