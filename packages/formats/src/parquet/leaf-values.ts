import { Buffer } from 'node:buffer';
import { InvariantError, type ParquetType, type TimeUnit } from '@batchrock/core';
import { UNITS } from './calendar-text.ts';
import { type Bounds, Physical } from './file-layout.ts';
import type { LeafColumn } from './leaf-column.ts';
import type { LeafNode } from './leaf-type.ts';

/** Writes the values of a leaf from their texts, as `docs/datasets-and-results.md` has them, into the leaf's page. */
export interface LeafValues {
  put(text: string): void;
  takeBounds(): Bounds | undefined;
}

/** What writes the values of this type. */
export function leafValues(leaf: LeafColumn, node: LeafNode, type: ParquetType): LeafValues {
  switch (type.kind) {
    case 'boolean':
      return new BooleanValues(leaf);
    case 'int':
      return new NumberValues(leaf, node.physical, wholeNumber);
    case 'float':
      return new NumberValues(leaf, node.physical, Number);
    case 'decimal':
      if (node.physical === Physical.fixed) return new ByteValues(leaf, true, (text) => bigEndian(unscaled(text), node.length!));
      return new NumberValues(leaf, node.physical, unscaled);
    case 'date':
      return new NumberValues(leaf, node.physical, daysOf);
    case 'time':
      return new NumberValues(leaf, node.physical, (text) => timeOf(text, type.unit));
    case 'timestamp':
      return new NumberValues(leaf, node.physical, (text) => timestampOf(text, type.unit));
    case 'uuid':
      return new ByteValues(leaf, true, (text) => Buffer.from(text.replaceAll('-', ''), 'hex'));
    case 'binary':
      return new ByteValues(leaf, node.physical === Physical.fixed, (text) => Buffer.from(text, 'base64'));
    default:
      return new ByteValues(leaf, false, (text) => Buffer.from(text, 'utf8'));
  }
}

/** Booleans: a bit each, from the lowest of a byte on. */
class BooleanValues implements LeafValues {
  readonly #leaf: LeafColumn;
  /** In the page. */
  #count = 0;

  constructor(leaf: LeafColumn) {
    this.#leaf = leaf;
  }

  put(text: string): void {
    const leaf = this.#leaf;
    if (leaf.length === leaf.start) this.#count = 0;
    if (this.#count % 8 === 0) {
      leaf.reserve(1);
      leaf.target.bytes[leaf.length] = 0;
      leaf.length += 1;
    }
    if (text === 'true') leaf.target.bytes[leaf.length - 1]! |= 1 << (this.#count % 8);
    this.#count += 1;
  }

  takeBounds(): undefined {
    return undefined;
  }
}

/** Numbers of a fixed width, and whatever is counted by one. */
class NumberValues implements LeafValues {
  readonly #leaf: LeafColumn;
  readonly #physical: Physical;
  readonly #parse: (text: string) => number | bigint;
  #min: number | bigint | undefined;
  #max: number | bigint | undefined;

  constructor(leaf: LeafColumn, physical: Physical, parse: (text: string) => number | bigint) {
    this.#leaf = leaf;
    this.#physical = physical;
    this.#parse = parse;
  }

  put(text: string): void {
    const leaf = this.#leaf;
    const value = this.#parse(text);
    leaf.reserve(8);
    leaf.length += putNumber(leaf.target.view, leaf.length, this.#physical, value);
    // what is not a number has no place in the order
    if (Number.isNaN(value)) return;
    if (this.#min === undefined || value < this.#min) this.#min = value;
    if (this.#max === undefined || value > this.#max) this.#max = value;
  }

  takeBounds(): Bounds | undefined {
    if (this.#min === undefined || this.#max === undefined) return undefined;
    const isReal = this.#physical === Physical.float || this.#physical === Physical.double;
    // of both zeros the bounds have to hold both
    const min = this.#bytes(isReal && Number(this.#min) === 0 ? -0 : this.#min);
    const max = this.#bytes(isReal && Number(this.#max) === 0 ? 0 : this.#max);
    this.#min = this.#max = undefined;
    return { min, max, isMinExact: true, isMaxExact: true };
  }

  #bytes(value: number | bigint): Uint8Array {
    const bytes = new Uint8Array(8);
    return bytes.subarray(0, putNumber(new DataView(bytes.buffer), 0, this.#physical, value));
  }
}

/** Bytes, of a fixed length or with their length before them. */
class ByteValues implements LeafValues {
  readonly #leaf: LeafColumn;
  readonly #isFixed: boolean;
  readonly #parse: (text: string) => Uint8Array;

  constructor(leaf: LeafColumn, isFixed: boolean, parse: (text: string) => Uint8Array) {
    this.#leaf = leaf;
    this.#isFixed = isFixed;
    this.#parse = parse;
  }

  put(text: string): void {
    const leaf = this.#leaf;
    const bytes = this.#parse(text);
    leaf.reserve(4 + bytes.length);
    if (!this.#isFixed) {
      leaf.target.view.setUint32(leaf.length, bytes.length, true);
      leaf.length += 4;
    }
    leaf.target.bytes.set(bytes, leaf.length);
    leaf.length += bytes.length;
  }

  takeBounds(): undefined {
    return undefined;
  }
}

/** Bytes of it. */
function putNumber(view: DataView, at: number, physical: Physical, value: number | bigint): number {
  switch (physical) {
    case Physical.int32:
      view.setInt32(at, Number(value), true);
      return 4;
    case Physical.int64:
      view.setBigInt64(at, BigInt(value), true);
      return 8;
    case Physical.float:
      view.setFloat32(at, Number(value), true);
      return 4;
    default:
      view.setFloat64(at, Number(value), true);
      return 8;
  }
}

function wholeNumber(text: string): number | bigint {
  return text.length < 16 ? Number(text) : BigInt(text);
}

/** `1.50` is 150: the text of a decimal has all digits of its scale. */
function unscaled(text: string): bigint {
  return BigInt(text.replace('.', ''));
}

function bigEndian(value: bigint, length: number): Uint8Array {
  const hex = BigInt.asUintN(8 * length, value).toString(16);
  return Buffer.from(hex.padStart(2 * length, '0'), 'hex');
}

/** Days since 1970. */
function daysOf(text: string): number {
  const match = /^([+-]?\d+)-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) throw new InvariantError(`no date: ${text}`);
  const [, year, month, day] = match;
  // the civil calendar, counted from 1 March of the year 0 in cycles of 400 years
  const y = Number(year) - (Number(month) <= 2 ? 1 : 0);
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const ofYear = Math.floor((153 * (Number(month) + (Number(month) > 2 ? -3 : 9)) + 2) / 5) + Number(day) - 1;
  const ofEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear;
  return era * 146_097 + ofEra - 719_468;
}

function timeOf(text: string, unit: TimeUnit): bigint {
  const match = /^(-?\d+):(\d\d):(\d\d)(?:\.(\d+))?Z?$/.exec(text);
  if (match === null) throw new InvariantError(`no time: ${text}`);
  const [, hours, minutes, seconds, fraction = ''] = match;
  const { perSecond, digits } = UNITS[unit];
  const whole = BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  return whole * BigInt(perSecond) + BigInt(fraction.padEnd(digits, '0') || 0);
}

function timestampOf(text: string, unit: TimeUnit): bigint {
  const split = text.indexOf('T');
  return BigInt(daysOf(text.slice(0, split))) * 86_400n * BigInt(UNITS[unit].perSecond) + timeOf(text.slice(split + 1), unit);
}
