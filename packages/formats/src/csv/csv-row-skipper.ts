import type { Buffer } from 'node:buffer';
import { CARRIAGE_RETURN, type CsvBytes, LINE_FEED, QUOTE } from './csv-bytes.ts';

/**
 * cellStart ──"──▶ quoted ──"──▶ afterQuote ──"──▶ quoted
 *     │                              │ delimiter ──▶ cellStart, newline ──▶ end, else ──▶ broken
 *     └──else──▶ plain ──"──▶ broken ──newline──▶ end
 */
type State = 'cellStart' | 'plain' | 'quoted' | 'afterQuote' | 'afterReturn' | 'broken';

/**
 * Finds the end of one row over as many blocks as it takes, without keeping any of it: for rows that are
 * longer than memory allows. Ends a row exactly where `CsvScanner` does.
 */
export class CsvRowSkipper {
  /** Line ends within the row so far. */
  innerLines = 0;
  readonly #delimiter: number;
  readonly #newline: number;
  /** 1 for a byte that a cell without quotes ends at. */
  readonly #endsPlain = new Uint8Array(256);
  #state: State = 'cellStart';
  #openLines = 0;

  constructor(dialect: CsvBytes) {
    this.#delimiter = dialect.delimiter;
    this.#newline = dialect.newline;
    for (const byte of [dialect.delimiter, dialect.newline, QUOTE]) this.#endsPlain[byte] = 1;
  }

  /** When the bytes end inside quotes: the lines of the row above the one where the quote was opened; else undefined. */
  get openAfterLines(): number | undefined {
    return this.#state === 'quoted' ? this.#openLines : undefined;
  }

  /** The byte after the row's end, or -1 when it is not among these bytes. */
  feed(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'quoted') {
        const quote = bytes.indexOf(QUOTE, at);
        this.innerLines += countByte(bytes, this.#newline, at, quote < 0 ? bytes.length : quote);
        if (quote < 0) return -1;
        this.#state = 'afterQuote';
        at = quote + 1;
        continue;
      }
      if (this.#state === 'broken') {
        const newline = bytes.indexOf(this.#newline, at);
        return newline + 1 || -1;
      }
      if (this.#state === 'plain') {
        at = plainEnd(bytes, at, this.#endsPlain);
        if (at === bytes.length) return -1;
      }
      const byte = bytes[at++]!;
      if (byte === this.#newline) return at;
      this.#step(byte);
    }
    return -1;
  }

  /** One byte that is no newline, in a state that a single byte can change. */
  #step(byte: number): void {
    switch (this.#state) {
      case 'cellStart':
        if (byte === QUOTE) this.#openLines = this.innerLines;
        this.#state = byte === QUOTE ? 'quoted' : byte === this.#delimiter ? 'cellStart' : 'plain';
        return;
      case 'plain':
        if (byte === this.#delimiter) this.#state = 'cellStart';
        else if (byte === QUOTE) this.#state = 'broken';
        return;
      case 'afterQuote':
        if (byte === QUOTE) this.#state = 'quoted';
        else if (byte === this.#delimiter) this.#state = 'cellStart';
        else if (byte === CARRIAGE_RETURN && this.#newline === LINE_FEED) this.#state = 'afterReturn';
        else this.#state = 'broken';
        return;
      default:
        this.#state = 'broken';
    }
  }
}

/** The first byte from `at` that ends a cell without quotes, or the end. */
function plainEnd(bytes: Buffer, at: number, ends: Uint8Array): number {
  const { length } = bytes;
  let end = at;
  while (end < length && ends[bytes[end]!] === 0) end++;
  return end;
}

function countByte(bytes: Buffer, byte: number, from: number, to: number): number {
  let count = 0;
  const part = bytes.subarray(from, to);
  for (let at = part.indexOf(byte); at >= 0; at = part.indexOf(byte, at + 1)) count++;
  return count;
}
