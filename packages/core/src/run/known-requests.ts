import type { Digest } from '../ports/index.ts';
import type { RowBatch } from '../record/index.ts';
import type { RunDocument } from './document.ts';
import { hasChoices, type RecordBytes, RequestKey } from './request-key.ts';

/** Rows of a part of which not all are sent, at most: what is kept in memory of a part grows with them. */
export const MOST_PART_ROWS = 1 << 19;

/** Tells which rows of a run are not sent, because a row before them asks for the same. Rows are asked about in their order. */
export interface AskedBefore {
  /** To be awaited before rows `[from, to)` are asked about. */
  reach(from: number, to: number): Promise<void> | undefined;
  /** The row that the row `ordinal`, whose record stands there, is the same as but for its id; -1 where there is none. */
  find(batch: RowBatch, row: number, record: RecordBytes, ordinal: number): number;
  /** The row that was asked about last is sent. */
  add(ordinal: number): void;
  /** Another part begins. The row that was asked about last may still be added. */
  clear(): void;
  /** True when a part has as many rows as are kept in mind of one. */
  isFull(rows: number): boolean;
}

/** The requests of a part that are sent, so that a row with the same one is not. */
export class KnownRequests implements AskedBefore {
  readonly #request: RequestKey;
  readonly #rows = new Map<string, number>();
  #key = '';

  /** Undefined for a run that does not compare the rows of its parts. */
  static of(document: RunDocument, digest: Pick<Digest, 'sha256'>): KnownRequests | undefined {
    return document.dedupe === 'part' ? new KnownRequests(digest, hasChoices(document)) : undefined;
  }

  /** `hasChoices`: rows are lines of an OpenAI batch file, of which several may be the choices of one. */
  constructor(digest: Pick<Digest, 'sha256'>, hasChoices: boolean) {
    this.#request = new RequestKey(digest, hasChoices);
  }

  reach(): undefined {}

  find(batch: RowBatch, row: number, record: RecordBytes): number {
    this.#request.read(batch, row, record);
    this.#key = keyOf(this.#request);
    return this.#rows.get(this.#key) ?? -1;
  }

  add(ordinal: number): void {
    this.#rows.set(this.#key, ordinal);
  }

  clear(): void {
    this.#rows.clear();
  }

  isFull(rows: number): boolean {
    return rows >= MOST_PART_ROWS;
  }

  /** Requests that differ. */
  get size(): number {
    return this.#rows.size;
  }
}

/** The 32 bytes of a hash as 16 characters, and which of several choices it is of. */
function keyOf({ hash, choice }: RequestKey): string {
  let key = '';
  for (let i = 0; i < hash.length; i += 2) key += String.fromCharCode((hash[i]! << 8) | hash[i + 1]!);
  return choice === 0 ? key : `${key}${choice}`;
}
