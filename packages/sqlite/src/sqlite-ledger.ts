import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import {
  type CallOptions,
  CancelledError,
  type CommitResult,
  checkCommit,
  type IndexEntry,
  type Item,
  type Key,
  keyOfWrite,
  type Ledger,
  type NewItem,
  type Page,
  type PageQuery,
  type Version,
  type Write,
} from '@batchrock/core';
import { openDatabase } from './open-database.ts';
import { rollBack } from './open-file.ts';
import { damagedLedger, goneLedger, isBusy, translateSqliteError } from './sqlite-errors.ts';

const DEFAULT_PAGE = 100;
/** Stands between sort and key in a cursor; neither holds it. */
const SEPARATOR = '\n';

/** Opens the ledger in a file, and makes the file when there is none. Throws `BR-E0205`. */
export function openSqliteLedger(path: string): SqliteLedger {
  return new SqliteLedger(path);
}

/** A ledger in one SQLite file; any number of processes may have it open. */
export class SqliteLedger implements Ledger {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  /** Which file it is, whatever stands at its path later. */
  readonly #file: bigint | undefined;

  constructor(path: string) {
    this.path = path;
    const { database, statements } = openDatabase(path, prepare);
    this.#database = database;
    this.#statements = statements;
    this.#file = inodeOf(path);
  }

  async get(key: Key, options: CallOptions = {}): Promise<Item<unknown> | undefined> {
    checkSignal(options);
    return this.#read(() => this.#item(this.#statements.get.get(key) as ItemRow | undefined));
  }

  async page(query: PageQuery, options: CallOptions = {}): Promise<Page<Item<unknown>>> {
    checkSignal(options);
    return this.#read(() => this.#page(query));
  }

  async commit(writes: readonly Write[], options: CallOptions = {}): Promise<CommitResult> {
    checkSignal(options);
    checkCommit(writes);
    if (inodeOf(this.path) !== this.#file) throw goneLedger(this.path);
    try {
      this.#database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      if (isBusy(error)) return 'contended';
      throw translateSqliteError(error, this.path, 'none');
    }
    try {
      const stale = writes.filter((write) => this.#version(keyOfWrite(write)) !== write.expect).map(keyOfWrite);
      if (stale.length === 0) for (const write of writes) this.#apply(write);
      this.#database.exec(stale.length === 0 ? 'COMMIT' : 'ROLLBACK');
      return stale.length === 0 ? 'done' : { stale };
    } catch (error) {
      rollBack(this.#database);
      throw translateSqliteError(error, this.path, 'unknown');
    }
  }

  /** Closes the file. Calls after it fail. */
  close(): void {
    this.#database.close();
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw translateSqliteError(error, this.path, 'none');
    }
  }

  #page(query: PageQuery): Page<Item<unknown>> {
    const limit = query.limit ?? DEFAULT_PAGE;
    const [cursorSort = '', cursorKey = ''] = query.cursor?.split(SEPARATOR) ?? [];
    const { index, at, after } = query;
    // an empty sort and key come before every entry, so one statement serves with and without a cursor
    const rows = this.#statements.page.all(index, at, after === undefined ? 0 : 1, after ?? '', cursorSort, cursorKey, limit + 1);
    const items = rows.slice(0, limit).map((row) => this.#item(row as unknown as ItemRow) as Item<unknown>);
    const last = rows[limit - 1] as { sort: string; key: string } | undefined;
    return rows.length > limit && last ? { items, cursor: `${last.sort}${SEPARATOR}${last.key}` } : { items };
  }

  /** A page that was overwritten with something of its own shape looks whole to SQLite; what an item says of itself does not. */
  #item(row: ItemRow | undefined): Item<unknown> | undefined {
    if (row === undefined) return undefined;
    const { key, version, schema, body, indexes } = row;
    if (row.sum !== null && row.sum !== sumOf(row)) throw damagedLedger(this.path, `${key} is not as it was written`);
    return { key, version, schema, body: JSON.parse(body), indexes: JSON.parse(indexes) as IndexEntry[] };
  }

  #version(key: Key): Version | 'absent' {
    const row = this.#statements.version.get(key) as { version: number } | undefined;
    return row?.version ?? 'absent';
  }

  #apply(write: Write): void {
    if ('check' in write) return;
    const key = keyOfWrite(write);
    this.#dropEntries(key);
    if ('remove' in write) this.#statements.remove.run(key);
    else this.#put(write.put, write.expect === 'absent' ? 1 : write.expect + 1);
  }

  #put(item: NewItem<unknown>, version: Version): void {
    const row = {
      key: item.key,
      version,
      schema: item.schema,
      body: JSON.stringify(item.body),
      indexes: JSON.stringify(item.indexes),
    };
    this.#statements.put.run(row.key, row.version, row.schema, row.body, row.indexes, sumOf(row));
    for (const { index, at, sort } of item.indexes) this.#statements.enter.run(index, at, sort, item.key);
  }

  #dropEntries(key: Key): void {
    const before = this.#item(this.#statements.get.get(key) as ItemRow | undefined);
    for (const { index, at, sort } of before?.indexes ?? []) this.#statements.leave.run(index, at, sort, key);
  }
}

interface ItemRow {
  readonly key: string;
  readonly version: number;
  readonly schema: string;
  readonly body: string;
  readonly indexes: string;
  /** Null in what a program without sums wrote. */
  readonly sum: number | null;
}

/** CRC-32 of all that an item is: finds accidents, and is no defence against anybody. */
function sumOf({ key, version, schema, body, indexes }: Omit<ItemRow, 'sum'>): number {
  return crc32(`${key}\n${version}\n${schema}\n${body}\n${indexes}`);
}

interface Statements {
  readonly get: StatementSync;
  readonly version: StatementSync;
  readonly page: StatementSync;
  readonly put: StatementSync;
  readonly remove: StatementSync;
  readonly enter: StatementSync;
  readonly leave: StatementSync;
}

function prepare(database: DatabaseSync): Statements {
  return {
    get: database.prepare('SELECT key, version, schema, body, indexes, sum FROM items WHERE key = ?'),
    version: database.prepare('SELECT version FROM items WHERE key = ?'),
    page: database.prepare(`
      SELECT e.sort, i.key, i.version, i.schema, i.body, i.indexes, i.sum
      FROM entries e JOIN items i ON i.key = e.key
      WHERE e.name = ? AND e.at = ? AND (? = 0 OR e.sort > ?) AND (e.sort, e.key) > (?, ?)
      ORDER BY e.sort, e.key LIMIT ?`),
    put: database.prepare('INSERT OR REPLACE INTO items (key, version, schema, body, indexes, sum) VALUES (?, ?, ?, ?, ?, ?)'),
    remove: database.prepare('DELETE FROM items WHERE key = ?'),
    enter: database.prepare('INSERT INTO entries (name, at, sort, key) VALUES (?, ?, ?, ?)'),
    leave: database.prepare('DELETE FROM entries WHERE name = ? AND at = ? AND sort = ? AND key = ?'),
  };
}

/** Undefined where there is no file. */
function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

function checkSignal(options: CallOptions): void {
  if (options.signal?.aborted) throw new CancelledError('cancelled', { cause: options.signal.reason });
}
