import { Buffer } from 'node:buffer';
import { InputError } from '@batchrock/core';
import { MAX_COLUMNS } from '../reading/index.ts';

const BACKSLASH = 0x5c;
const NO_BYTES = new Uint8Array(0);

/**
 * The top-level keys of a dataset, in order of first sight. Most rows have the same keys in the same order as the row
 * before, so the n-th key is compared with the n-th key of the last row first, byte by byte, and no string is made.
 */
export class JsonlColumns {
  /** By column. */
  readonly names: string[];
  readonly #columns = new Map<string, number>();
  /** The bytes between the quotes of the n-th key of the last row, and its column. */
  #lastKeys: Uint8Array[] = [];
  #lastColumns: number[] = [];

  constructor(names: readonly string[]) {
    this.names = [...names];
    names.forEach((name, column) => {
      this.#columns.set(name, column);
    });
  }

  /** The column of the n-th key of a row, whose inside is `[start, end)`; -1 when it was never seen. */
  columnOf(bytes: Uint8Array, start: number, end: number, n: number): number {
    const last = this.#lastKeys[n] ?? NO_BYTES;
    if (n < this.#lastKeys.length && last.length === end - start && isSame(bytes, start, last)) return this.#lastColumns[n]!;
    const column = this.#columns.get(keyText(bytes, start, end)) ?? -1;
    if (column >= 0 && n <= this.#lastKeys.length) {
      this.#lastKeys[n] = new Uint8Array(bytes.subarray(start, end));
      this.#lastColumns[n] = column;
    }
    return column;
  }

  /** Adds keys at the end. Throws `BR-E0114` when there are too many. */
  add(names: Iterable<string>, source: string, line: number): void {
    for (const name of names) {
      this.#columns.set(name, this.names.length);
      this.names.push(name);
    }
    if (this.names.length <= MAX_COLUMNS) return;
    throw new InputError(
      'BR-E0114',
      `${source}, line ${line}: more than ${MAX_COLUMNS} different keys in the objects so far; put what varies into a value`,
      { details: { file: source, line } },
    );
  }
}

/** The text of a key whose inside is `[start, end)`; escapes are resolved, so `"a"` and `"\u0061"` are one key. */
export function keyText(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  for (let at = start; at < end; at++) if (bytes[at] === BACKSLASH) return JSON.parse(`"${text}"`);
  return text;
}

function isSame(bytes: Uint8Array, start: number, key: Uint8Array): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key[i]) return false;
  return true;
}
