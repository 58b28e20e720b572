import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import {
  type AnswerCache,
  type AnswerScope,
  type CallOptions,
  CancelledError,
  type FindAnswersOptions,
  type KeptAnswer,
} from '@batchrock/core';
import { ANSWERS, openAnswers } from './open-answers.ts';
import { rollBack } from './open-file.ts';
import { isBusy, translateSqliteError } from './sqlite-errors.ts';

/** Which of the answers are meant; all that is given has to fit. */
export interface AnswerFilter {
  readonly modelId?: string | undefined;
  /** Kept before then, milliseconds since the epoch. */
  readonly before?: number | undefined;
}

/** The answers of one model. */
export interface AnswerSummary {
  readonly modelId: string;
  readonly answers: number;
  /** Of the answers alone. */
  readonly bytes: number;
  /** When the first and the last of them were kept, milliseconds since the epoch. */
  readonly oldestAt: number;
  readonly newestAt: number;
}

/** Rows that one statement removes: a writer beside it waits no longer than for those. */
const REMOVED_AT_ONCE = 20_000;
/** Times that answers are put where another process keeps writing. */
const PUT_TRIES = 2;

/** Opens the cache in a file, and makes the file when there is none. `now` is the time of what is kept. Throws `BR-E0220`. */
export function openSqliteAnswers(path: string, now: () => number): SqliteAnswers {
  return new SqliteAnswers(path, now);
}

/** Answers in one SQLite file; any number of processes may have it open. */
export class SqliteAnswers implements AnswerCache {
  readonly path: string;
  readonly #now: () => number;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;

  constructor(path: string, now: () => number) {
    this.path = path;
    this.#now = now;
    const { database, statements } = openAnswers(path, prepare);
    this.#database = database;
    this.#statements = statements;
  }

  /** What is not as it was written counts as not there. */
  async find(scope: AnswerScope, requests: readonly Uint8Array[], options: FindAnswersOptions) {
    checkSignal(options);
    const found: (Uint8Array | undefined)[] = [];
    return this.#within('BEGIN', () => {
      const id = this.#statements.scope.get(scope.digest)?.['id'] as number | undefined;
      if (id === undefined) return requests.map(() => undefined);
      let bytes = 0;
      for (const request of requests) {
        const row = this.#statements.find.get(id, request) as AnswerRow | undefined;
        const isWhole = row !== undefined && row.sum === sumOf(request, row.answer);
        found.push(isWhole ? row.answer : undefined);
        bytes += isWhole ? row.answer.length : 0;
        if (bytes >= options.mostBytes) break;
      }
      return found;
    });
  }

  async put({ digest, modelId }: AnswerScope, answers: readonly KeptAnswer[], options: CallOptions = {}): Promise<void> {
    for (let tries = 1; ; tries++) {
      checkSignal(options);
      try {
        this.#within('BEGIN IMMEDIATE', () => {
          this.#statements.addScope.run(digest, modelId);
          const id = this.#statements.scope.get(digest)?.['id'] as number;
          const at = this.#now();
          for (const { request, answer } of answers) this.#statements.put.run(id, request, at, answer, sumOf(request, answer));
        });
        return;
      } catch (error) {
        if (tries === PUT_TRIES || !isContended(error)) throw error;
        await new Promise(setImmediate);
      }
    }
  }

  /** The answers that are kept, by model; the largest first. */
  list({ modelId, before }: AnswerFilter = {}): readonly AnswerSummary[] {
    return this.#guard(() => {
      const rows = this.#statements.list.all(modelId ?? null, modelId ?? null, before ?? null, before ?? null);
      return rows.map((row) => ({ ...(row as unknown as AnswerSummary) }));
    });
  }

  /** Removes answers, and gives their space back; how many. Runs that are being prepared keep what they have found. */
  clear({ modelId, before }: AnswerFilter = {}): number {
    return this.#guard(() => {
      const last = Number(this.#statements.last.get()?.['id'] ?? 0);
      let removed = 0;
      for (let from = 0; from < last; from += REMOVED_AT_ONCE) {
        const { changes } = this.#statements.clear.run(
          from,
          from + REMOVED_AT_ONCE,
          modelId ?? null,
          modelId ?? null,
          before ?? null,
          before ?? null,
        );
        removed += Number(changes);
      }
      this.#statements.dropScopes.run();
      this.#database.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);');
      return removed;
    });
  }

  /** Closes the file. Calls after it fail. */
  close(): void {
    this.#database.close();
  }

  #within<T>(begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => T): T {
    return this.#guard(() => {
      this.#database.exec(begin);
      try {
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        rollBack(this.#database);
        throw error;
      }
    });
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translateSqliteError(error, this.path, 'none', ANSWERS);
    }
  }
}

interface AnswerRow {
  readonly answer: Uint8Array;
  readonly sum: number;
}

/** CRC-32 of a request and its answer: finds accidents, such as a page that was overwritten. */
function sumOf(request: Uint8Array, answer: Uint8Array): number {
  return crc32(answer, crc32(request));
}

function isContended(error: unknown): boolean {
  return error instanceof Error && isBusy(error.cause);
}

interface Statements {
  readonly scope: StatementSync;
  readonly addScope: StatementSync;
  readonly find: StatementSync;
  readonly put: StatementSync;
  readonly list: StatementSync;
  readonly last: StatementSync;
  readonly clear: StatementSync;
  readonly dropScopes: StatementSync;
}

function prepare(database: DatabaseSync): Statements {
  return {
    scope: database.prepare('SELECT id FROM scopes WHERE digest = ?'),
    addScope: database.prepare('INSERT OR IGNORE INTO scopes (digest, model) VALUES (?, ?)'),
    find: database.prepare('SELECT answer, sum FROM answers WHERE scope = ? AND request = ?'),
    put: database.prepare('INSERT OR IGNORE INTO answers (scope, request, at, answer, sum) VALUES (?, ?, ?, ?, ?)'),
    list: database.prepare(`
      SELECT s.model AS modelId, count(*) AS answers, sum(length(a.answer)) AS bytes, min(a.at) AS oldestAt, max(a.at) AS newestAt
      FROM answers a JOIN scopes s ON s.id = a.scope
      WHERE (? IS NULL OR s.model = ?) AND (? IS NULL OR a.at < ?)
      GROUP BY s.model ORDER BY bytes DESC, s.model`),
    last: database.prepare('SELECT max(id) AS id FROM answers'),
    clear: database.prepare(`
      DELETE FROM answers
      WHERE id > ? AND id <= ? AND (? IS NULL OR scope IN (SELECT id FROM scopes WHERE model = ?)) AND (? IS NULL OR at < ?)`),
    dropScopes: database.prepare('DELETE FROM scopes WHERE NOT EXISTS (SELECT 1 FROM answers a WHERE a.scope = scopes.id)'),
  };
}

function checkSignal(options: CallOptions): void {
  if (options.signal?.aborted) throw new CancelledError('cancelled', { cause: options.signal.reason });
}
