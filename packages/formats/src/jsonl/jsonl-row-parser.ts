import { isUtf8 } from 'node:buffer';
import { CellKind } from '@batchrock/core';
import { isOpening, MAX_DEPTH, scanString, scanValue, skipSpace, surrogateAt } from './json-scanner.ts';
import { type JsonlColumns, keyText } from './jsonl-columns.ts';

const QUOTE = 0x22;
const ABSENT = CellKind.absent;

/** What a line is: a row, a row with keys that were never seen (`newKeys`), or neither (`fault`, `faultAt`). */
export type ParsedLine = 'row' | 'newKeys' | 'bad';

/** Finds the top-level keys and values of one line, checks that all of it is JSON, and parses none of it. */
export class JsonlRowParser {
  /** After `newKeys`: in order of first sight. */
  readonly newKeys = new Set<string>();
  /** After `bad`. */
  fault = '';
  readonly #columns: JsonlColumns;
  /** By column: the row that had it last, to find keys that stand twice. */
  #seenIn: Float64Array = new Float64Array(16);
  #row = 0;

  constructor(columns: JsonlColumns) {
    this.#columns = columns;
  }

  /** Reads the line in `[start, end)`; its cells go to `cells[base]` and on, `width` times three numbers. */
  parse(bytes: Uint8Array, start: number, end: number, cells: Uint32Array, base: number, width: number): ParsedLine {
    this.#begin();
    for (let c = 0; c < width; c++) cells[base + 3 * c + 2] = ABSENT;
    let at = skipSpace(bytes, start, end);
    if (bytes[at] !== 0x7b) return this.#notAnObject(bytes, at, end, start);
    at = skipSpace(bytes, at + 1, end);
    if (at < end && bytes[at] === 0x7d) return this.#finish(bytes, at + 1, start, end);
    for (let n = 0; ; n++) {
      if (at >= end || bytes[at] !== QUOTE) return this.#bad(bytes, at, start, end);
      const keyStart = at + 1;
      const keyEnd = scanString(bytes, keyStart, end);
      if (keyEnd < 0) return this.#bad(bytes, -1 - keyEnd, start, end);
      at = skipSpace(bytes, keyEnd + 1, end);
      if (at >= end || bytes[at] !== 0x3a) return this.#bad(bytes, at, start, end);
      const valueStart = skipSpace(bytes, at + 1, end);
      at = scanValue(bytes, valueStart, end, 1);
      if (at < 0) return this.#bad(bytes, -1 - at, start, end);
      const column = this.#columnOf(bytes, keyStart, keyEnd, n);
      if (column === DOUBLED) return 'bad';
      if (column !== NEW && column < width) {
        const isString = bytes[valueStart] === QUOTE;
        const cell = base + 3 * column;
        cells[cell] = isString ? valueStart + 1 : valueStart;
        cells[cell + 1] = isString ? at - 1 : at;
        cells[cell + 2] = isString ? CellKind.jsonString : CellKind.jsonValue;
      }
      at = skipSpace(bytes, at, end);
      if (at < end && bytes[at] === 0x7d) return this.#finish(bytes, at + 1, start, end);
      if (at >= end || bytes[at] !== 0x2c) return this.#bad(bytes, at, start, end);
      at = skipSpace(bytes, at + 1, end);
    }
  }

  #begin(): void {
    this.#row++;
    if (this.newKeys.size > 0) this.newKeys.clear();
    const known = this.#columns.names.length;
    if (known > this.#seenIn.length) this.#seenIn = new Float64Array(2 * known);
  }

  #columnOf(bytes: Uint8Array, start: number, end: number, n: number): number {
    const column = this.#columns.columnOf(bytes, start, end, n);
    // a key that cannot be read is no column, and its row is rejected in any case
    if (column < 0 && !isUtf8(bytes.subarray(start, end))) return NEW;
    const key = column < 0 ? keyText(bytes, start, end) : '';
    const doubled = column < 0 ? this.newKeys.has(key) : this.#seenIn[column] === this.#row;
    if (doubled) {
      this.fault = `the key ${JSON.stringify(keyText(bytes, start, end))} stands twice`;
      return DOUBLED;
    }
    if (column >= 0) {
      this.#seenIn[column] = this.#row;
      return column;
    }
    this.newKeys.add(key);
    return NEW;
  }

  #finish(bytes: Uint8Array, at: number, start: number, end: number): ParsedLine {
    const rest = skipSpace(bytes, at, end);
    if (rest < end) return this.#bad(bytes, rest, start, end);
    return this.newKeys.size > 0 ? 'newKeys' : 'row';
  }

  #notAnObject(bytes: Uint8Array, at: number, end: number, start: number): ParsedLine {
    const after = scanValue(bytes, at, end);
    if (after < 0) return this.#bad(bytes, -1 - after, start, end);
    if (skipSpace(bytes, after, end) < end) return this.#bad(bytes, after, start, end);
    this.fault = `${VALUE_NAMES[String.fromCharCode(bytes[at]!)] ?? 'a number'}, not an object`;
    return 'bad';
  }

  #bad(bytes: Uint8Array, at: number, start: number, end: number): ParsedLine {
    if (at >= end) this.fault = 'the JSON of the line is not complete';
    else if (depthAt(bytes, start, at) === MAX_DEPTH) {
      this.fault = `more than ${MAX_DEPTH} arrays and objects within each other, at byte ${at - start + 1} of the line`;
    } else if (surrogateAt(bytes, at) === undefined) this.fault = `not JSON at byte ${at - start + 1} of the line`;
    else this.fault = `half a character, ${escapeAt(bytes, at)}, at byte ${at - start + 1} of the line`;
    return 'bad';
  }
}

function escapeAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 6));
}

/** Arrays and objects that are open before an opening bracket, everything before it being JSON; 0 before any other byte. */
function depthAt(bytes: Uint8Array, start: number, at: number): number {
  if (!isOpening(bytes[at]!)) return 0;
  let depth = 0;
  for (let next = start; next < at; next++) {
    const byte = bytes[next]!;
    if (byte === QUOTE) {
      next = scanString(bytes, next + 1, at);
      // a bracket in a string, where an escape is wrong
      if (next < 0) return 0;
    } else if (isOpening(byte)) depth++;
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return depth;
}

const NEW = -1;
const DOUBLED = -2;

const VALUE_NAMES: Readonly<Record<string, string>> = { '[': 'an array', '"': 'a string', t: 'true', f: 'false', n: 'null' };
