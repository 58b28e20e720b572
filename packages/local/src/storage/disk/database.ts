import { DatabaseSync } from 'node:sqlite';

// Keys are blobs, so that they sort by their UTF-8 bytes as S3 lists them, and any character can be in one.
// An object's bytes are its segments end to end: one file for a plain upload, one for each part of a multipart upload.
// Copies share files, so a file is removed when no segment and no part names it any more.
const SCHEMA = `
create table if not exists buckets (
  name text primary key, region text not null, created integer not null
) without rowid;
create table if not exists objects (
  bucket text not null, key blob not null, id text not null, size integer not null, etag text not null,
  modified integer not null, facts text not null, primary key (bucket, key)
) without rowid;
create table if not exists segments (
  object text not null, number integer not null, file text not null, size integer not null, primary key (object, number)
) without rowid;
create index if not exists segments_by_file on segments (file);
create table if not exists uploads (
  id text primary key, bucket text not null, key blob not null, created integer not null, facts text not null
) without rowid;
create index if not exists uploads_by_key on uploads (bucket, key, id);
create table if not exists parts (
  upload text not null, number integer not null, file text not null, size integer not null, etag text not null,
  modified integer not null, checksum text, primary key (upload, number)
) without rowid;
create index if not exists parts_by_file on parts (file);
`;

/**
 * Opens the index of a storage folder. A killed process loses nothing that was committed; after a power cut the last
 * commits may be gone (the index is not synchronised at each commit, nor are the files).
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000;');
  database.exec(SCHEMA);
  return database;
}

/** Runs the work as one transaction: all of it, or nothing when it throws. */
export function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('begin immediate');
  try {
    const result = work();
    database.exec('commit');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('rollback');
  } catch {
    // a full disk makes SQLite roll back by itself; the error that led here says so
  }
}
