import { copyOfLine } from '../openai/index.ts';
import type { Digest } from '../ports/index.ts';
import { REQUEST_AT, type RowBatch } from '../record/index.ts';
import type { RunDocument } from './document.ts';

/** Rows of a part whose duplicates are not sent, at most: what is kept in memory of a part grows with them. */
export const MOST_PART_ROWS = 1 << 19;

/**
 * The requests of a part that are sent, so that a row with the same one is not. Compared is what is sent, byte for byte, by its
 * SHA-256: rows may differ where the prompt does not look. `n` choices of one line are asked for on purpose, and are told apart.
 */
export class KnownRequests {
  readonly #digest: Pick<Digest, 'sha256'>;
  readonly #hasChoices: boolean;
  readonly #rows = new Map<string, number>();
  #key = '';

  /** Undefined for a run that sends every row. */
  static of({ dedupe, request, model }: RunDocument, digest: Pick<Digest, 'sha256'>): KnownRequests | undefined {
    if (dedupe === undefined) return undefined;
    return new KnownRequests(digest, request.openai !== undefined && model.task === 'text');
  }

  /** `hasChoices`: rows are lines of an OpenAI batch file, of which several may be the choices of one. */
  constructor(digest: Pick<Digest, 'sha256'>, hasChoices: boolean) {
    this.#digest = digest;
    this.#hasChoices = hasChoices;
  }

  /** The row that the record of a row, `bytes[start..end)`, is the same as but for its id; -1 where there is none. */
  find(batch: RowBatch, row: number, { bytes, start, end }: RecordBytes): number {
    const hash = this.#digest.sha256(bytes.subarray(start + REQUEST_AT, end));
    const choice = this.#hasChoices ? copyOfLine(batch.bytes, batch.rowStart[row]!, batch.rowEnd[row]!) : 0;
    this.#key = keyOf(hash, choice);
    return this.#rows.get(this.#key) ?? -1;
  }

  /** The row that was asked about last is sent. */
  add(ordinal: number): void {
    this.#rows.set(this.#key, ordinal);
  }

  /** Another part begins. The row that was asked about last may still be added. */
  clear(): void {
    this.#rows.clear();
  }

  /** True when a part has as many rows as are kept in mind of one. */
  isFull(rows: number): boolean {
    return rows >= MOST_PART_ROWS;
  }

  /** Requests that differ. */
  get size(): number {
    return this.#rows.size;
  }
}

/** Where a record stands in a block. */
interface RecordBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The 32 bytes of a hash as 16 characters, and which of several choices it is of. */
function keyOf(hash: Uint8Array, choice: number): string {
  let key = '';
  for (let i = 0; i < hash.length; i += 2) key += String.fromCharCode((hash[i]! << 8) | hash[i + 1]!);
  return choice === 0 ? key : `${key}${choice}`;
}
