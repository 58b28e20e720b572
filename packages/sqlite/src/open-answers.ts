import type { DatabaseSync } from 'node:sqlite';
import { StateError } from '@batchrock/core';
import { openFile, pragma, tableCount } from './open-file.ts';
import type { SqliteFile } from './sqlite-errors.ts';

/** The layout below. A file with another number was written by another version. */
const SCHEMA_VERSION = 1;
/** `BRac`: tells a cache from other SQLite files. */
const APPLICATION_ID = 0x42526163;

// answers in a table with a number for each, so that they lie in the order in which they came: the index alone is in that of hashes
const LAYOUT = `
  CREATE TABLE scopes (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, model TEXT NOT NULL);
  CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    request BLOB NOT NULL,
    at INTEGER NOT NULL,
    answer BLOB NOT NULL,
    sum INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX answers_by_request ON answers (scope, request);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** What is said of the file of a cache. */
export const ANSWERS: SqliteFile = { name: 'the answer cache', code: 'BR-E0220', damaged: damagedAnswers };

/** `BR-E0220` for a file that is no cache, or no whole one. */
function damagedAnswers(path: string, why: string, cause?: unknown): StateError {
  const hint = `move ${path} and the files beside it (-wal, -shm) away: a new one is made, and no run depends on it`;
  return new StateError('BR-E0220', `the answer cache ${path} is damaged: ${why}`, { details: { path }, cause, hint });
}

/**
 * Opens the file of a cache, and lays it out when it is new. Throws `BR-E0220` when it is something else, is damaged or was written
 * by another version.
 *
 * WAL: readers never wait for a writer. `synchronous = NORMAL`: a process that is killed loses nothing, a power cut may take the last
 * answers back, and never a part of one; they are paid for once more then.
 */
export function openAnswers<Statements>(
  path: string,
  prepare: (database: DatabaseSync) => Statements,
): { readonly database: DatabaseSync; readonly statements: Statements } {
  // what is removed is given back to the disk: has to be said before the first table
  const pragmas = 'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;';
  return openFile(path, { file: ANSWERS, pragmas, layOut, prepare });
}

function layOut(database: DatabaseSync, path: string): void {
  if (isLaidOut(database)) return;
  // two processes that open a new file at once: one lays it out, the other sees that it is done
  database.exec('BEGIN IMMEDIATE');
  if (!isLaidOut(database)) {
    if (tableCount(database) > 0) throw damagedAnswers(path, 'it is a database of something else, or of another version');
    database.exec(LAYOUT);
  }
  database.exec('COMMIT');
}

function isLaidOut(database: DatabaseSync): boolean {
  return pragma(database, 'application_id') === APPLICATION_ID && pragma(database, 'user_version') === SCHEMA_VERSION;
}
