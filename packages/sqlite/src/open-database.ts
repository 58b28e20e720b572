import type { DatabaseSync } from 'node:sqlite';
import { StateError } from '@batchrock/core';
import { checkWhole } from './check-whole.ts';
import { openFile, pragma, tableCount } from './open-file.ts';
import { damagedLedger } from './sqlite-errors.ts';

/** The layout below. A file with a higher number was written by a newer version. */
export const LEDGER_SCHEMA_VERSION = 2;
/** `BRlg`: tells a ledger from other SQLite files. */
const APPLICATION_ID = 0x42526c67;

const LAYOUT = `
  CREATE TABLE items (
    key TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    schema TEXT NOT NULL,
    body TEXT NOT NULL,
    indexes TEXT NOT NULL,
    sum INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE entries (
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    sort TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (name, at, sort, key)
  ) WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${LEDGER_SCHEMA_VERSION};
`;

/**
 * Opens the file of a ledger, lays it out when it is new, and prepares what is asked of it. Throws `BR-E0205` when it is something else, is damaged or
 * was written by a newer version.
 *
 * WAL: readers never wait for a writer. `synchronous = FULL`: each commit is on the disk when it returns. With NORMAL a
 * killed process would lose nothing either, but a power cut could take the last commits back; an intent that is lost so
 * while its job lives is the one way to pay for a part twice, and a run makes only a few commits for each of its jobs.
 */
export function openDatabase<Statements>(
  path: string,
  prepare: (database: DatabaseSync) => Statements,
): { readonly database: DatabaseSync; readonly statements: Statements } {
  return openFile(path, { pragmas: 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;', layOut, prepare });
}

function layOut(database: DatabaseSync, path: string): void {
  // two processes that open a new file at once: one lays it out, the other sees that it is done; an error closes the file,
  // and with it ends the transaction
  database.exec('BEGIN IMMEDIATE');
  const version = pragma(database, 'user_version');
  const isNew = version === 0 && tableCount(database) === 0;
  if (isNew) database.exec(LAYOUT);
  else if (version === 1 && isLedger(database)) addSums(database);
  else checkLayout(database, path, version);
  database.exec('COMMIT');
  if (!isNew) checkWhole(database, path);
}

/** Version 1 had no sums. A process of it that still runs writes items without one: those are taken as they are. */
function addSums(database: DatabaseSync): void {
  database.exec(`ALTER TABLE items ADD COLUMN sum INTEGER; PRAGMA user_version = ${LEDGER_SCHEMA_VERSION}`);
}

function checkLayout(database: DatabaseSync, path: string, version: number): void {
  if (!isLedger(database)) throw damagedLedger(path, 'it is a database of something else');
  if (version === LEDGER_SCHEMA_VERSION) return;
  const message = `the ledger ${path} has version ${version}; this program reads version ${LEDGER_SCHEMA_VERSION}`;
  throw new StateError('BR-E0205', message, { details: { path, version }, hint: 'use the newer version that wrote it' });
}

function isLedger(database: DatabaseSync): boolean {
  return pragma(database, 'application_id') === APPLICATION_ID;
}
