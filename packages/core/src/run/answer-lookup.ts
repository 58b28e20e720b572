import { isCopyOfLine } from '../openai/index.ts';
import type { AnswerCache, AnswerScope, CallOptions, Digest } from '../ports/index.ts';
import { NEEDS_SPACE, type OutputBlock, REQUEST_AT, type RecordEncoder, RejectReason, type RowBatch } from '../record/index.ts';

/** Rows that are looked for at once, and bytes of their answers in memory. */
const MOST_ROWS = 512;
const MOST_BYTES = 4 << 20;

export interface AnswerLookupOptions {
  readonly scope: AnswerScope;
  readonly maxRecordBytes: number;
  /** Rows are lines of an OpenAI batch file, of which several may be the choices of one. */
  readonly hasChoices: boolean;
}

/** The name of a request: `bytes[start..end)` is its record, with or without its line end. */
export function requestKey(digest: Pick<Digest, 'sha256'>, bytes: Uint8Array, start: number, end: number): Uint8Array {
  const last = bytes[end - 1] === 10 ? end - 1 : end;
  return digest.sha256(bytes.subarray(start + REQUEST_AT, last));
}

/**
 * Looks for answers to rows, some hundred at once: each row is encoded for its key, and thrown away. `n` choices of one line are
 * samples of their own, so none of them is looked for.
 */
export class AnswerLookup {
  readonly #answers: Pick<AnswerCache, 'find'>;
  readonly #digest: Pick<Digest, 'sha256'>;
  readonly #options: AnswerLookupOptions;
  readonly #block: OutputBlock = { bytes: new Uint8Array(1 << 16), length: 0 };
  /** The first row that was looked for, and what was found of those from it on. */
  #from = 0;
  #found: readonly (Uint8Array | undefined)[] = [];

  constructor(answers: Pick<AnswerCache, 'find'>, digest: Pick<Digest, 'sha256'>, options: AnswerLookupOptions) {
    this.#answers = answers;
    this.#digest = digest;
    this.#options = options;
  }

  /** Looks for rows of a batch from `first` on, which is row `ordinal`, unless that was done; the row behind the last that is known. */
  async look(encoder: RecordEncoder, batch: RowBatch, first: number, ordinal: number, o: CallOptions): Promise<number> {
    const known = this.#from + this.#found.length - ordinal;
    if (ordinal >= this.#from && known > 0) return Math.min(batch.count, first + known);
    const end = Math.min(batch.count, first + MOST_ROWS);
    const keys: (Uint8Array | undefined)[] = [];
    for (let row = first; row < end; row++) keys.push(this.#keyOf(encoder, batch, row));
    const asked = keys.filter((key) => key !== undefined);
    const found =
      asked.length === 0 ? [] : await this.#answers.find(this.#options.scope, asked, { mostBytes: MOST_BYTES, signal: o.signal });
    this.#from = ordinal;
    this.#found = spread(keys, found);
    return first + this.#found.length;
  }

  /** Of a row that was looked for: the answer, where there is one. */
  answer(ordinal: number): Uint8Array | undefined {
    return this.#found[ordinal - this.#from];
  }

  #keyOf(encoder: RecordEncoder, batch: RowBatch, row: number): Uint8Array | undefined {
    const block = this.#block;
    if (this.#options.hasChoices && isCopyOfLine(batch.bytes, batch.rowStart[row]!, batch.rowEnd[row]!)) return undefined;
    for (;;) {
      block.length = 0;
      // the id is no part of the key
      const result = encoder.encode(batch, row, 0, block);
      if (result === RejectReason.none) return requestKey(this.#digest, block.bytes, 0, block.length);
      if (result !== NEEDS_SPACE || block.bytes.length >= this.#options.maxRecordBytes) return undefined;
      block.bytes = new Uint8Array(Math.min(this.#options.maxRecordBytes, 2 * block.bytes.length));
    }
  }
}

/** What was found of rows, some of which have no key; as far as was looked. */
function spread(
  keys: readonly (Uint8Array | undefined)[],
  found: readonly (Uint8Array | undefined)[],
): readonly (Uint8Array | undefined)[] {
  const all: (Uint8Array | undefined)[] = [];
  let next = 0;
  for (const key of keys) {
    if (key !== undefined && next === found.length) break;
    all.push(key === undefined ? undefined : found[next++]);
  }
  return all;
}
