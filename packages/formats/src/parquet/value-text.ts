import { Buffer } from 'node:buffer';
import { type ByteView, copyBytes, escapedLength, MAX_ESCAPED, type ParquetType, writeEscaped } from '@batchrock/core';
import { dateText, intervalText, splitUnits, timestampText, timeText } from './calendar-text.ts';
import type { Leaf } from './column-tree.ts';
import { bigEndian, decimalText, doubleText, floatText, halfValue, longText } from './number-text.ts';
import { StoredType } from './stored-as.ts';
import type { Fault } from './thrift-reader.ts';
import type { ValueReader } from './value-reader.ts';

/** Makes JSON of the values of a leaf. */
export interface ValueText {
  /** Most bytes that the value at hand becomes. */
  bound(value: ValueReader): number;
  /** Bytes that the value at hand becomes, or a few more. */
  measure(value: ValueReader): number;
  /** Writes the value at hand, for which there is room, at `to[at]`; the offset after it. */
  write(value: ValueReader, to: ByteView, at: number): number;
}

/** Bytes of the longest text of a number, a date or a time: that of a decimal with 128 digits behind its point. */
export const SHORT_TEXT = 320;

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;

/** How the values of a leaf become JSON; `docs/datasets-and-results.md` has the table. */
export function valueText(leaf: Leaf, fault: Fault): ValueText {
  switch (leaf.type.kind) {
    case 'string':
    case 'enum':
    case 'json':
      return ESCAPED;
    case 'binary':
      return BASE64;
    case 'int':
      return intText(leaf.type.bits, leaf.type.signed);
    default: {
      const text = shortText(leaf, fault);
      return {
        bound: () => SHORT_TEXT,
        measure: () => SHORT_TEXT,
        write: (value, to, at) => writeAscii(text(value), to.bytes, at),
      };
    }
  }
}

/** Text, as bytes: no string is made of it, and whether it is UTF-8 is seen on whole rows. */
export const ESCAPED: ValueText = {
  bound: ({ start, end }) => MAX_ESCAPED * (end - start) + 2,
  measure: ({ view, start, end }) => escapedLength(view.bytes, start, end, false) + 2,
  write(value, to, at) {
    to.bytes[at] = QUOTE;
    const end = writeEscaped(value.view, value.start, value.end, false, to, at + 1);
    to.bytes[end] = QUOTE;
    return end + 1;
  },
};

/** What is JSON already. */
export const READY: ValueText = {
  bound: ({ start, end }) => end - start,
  measure: ({ start, end }) => end - start,
  write: ({ view, start, end }, to, at) => copyBytes(view, start, end, to, at),
};

/** Bytes; their text may be of any length. */
export const BASE64: ValueText = {
  bound: base64Length,
  measure: base64Length,
  write({ view, start, end }, to, at) {
    const { buffer, byteOffset } = view.bytes;
    const text = Buffer.from(buffer as ArrayBuffer, byteOffset + start, end - start).toString('base64');
    return writeAscii(`"${text}"`, to.bytes, at);
  },
};

/** What is short enough to go through a string. */
function base64Length({ start, end }: ValueReader): number {
  return 4 * Math.ceil((end - start) / 3) + 2;
}

type ShortText = (value: ValueReader) => string;

function shortText(leaf: Leaf, fault: Fault): ShortText {
  const { type } = leaf;
  switch (type.kind) {
    case 'boolean':
      return ({ view, start }) => (view.bytes[start] === 0 ? 'false' : 'true');
    case 'float':
      return realText(type.bits);
    case 'decimal':
      return decimal(leaf, type.scale, fault);
    case 'date':
      return ({ view, start }) => `"${dateText(view.view.getInt32(start, true))}"`;
    case 'time':
      return ({ view, start }) => {
        const low = view.view.getInt32(start, true);
        const high = type.unit === 'ms' ? low >> 31 : view.view.getInt32(start + 4, true);
        return `"${timeText(splitUnits(low, high, type.unit), type.unit, type.utc)}"`;
      };
    case 'timestamp':
      return leaf.stored === StoredType.int96 ? oldTimestamp(fault) : timestamp(type);
    case 'uuid':
      return uuid;
    case 'null':
      return () => 'null';
    case 'interval':
      return ({ view, start }) => {
        const part = (i: number) => view.view.getUint32(start + 4 * i, true);
        return `"${intervalText(part(0), part(1), part(2))}"`;
      };
    default:
      throw fault(`values of the kind ${type.kind}`);
  }
}

/** Whole numbers. The smaller types stand in 32 bits, whose upper ones mean nothing. */
function intText(bits: 8 | 16 | 32 | 64, signed: boolean): ValueText {
  const unused = bits === 64 ? 0 : 32 - bits;
  return {
    bound: () => SHORT_TEXT,
    measure: () => SHORT_TEXT,
    write({ view: { view }, start }, to, at) {
      const low = (view.getInt32(start, true) << unused) >> unused;
      if (bits !== 64) return putWhole(to.bytes, at, signed ? low : (low << unused) >>> unused);
      const high = view.getInt32(start + 4, true);
      // nearly all numbers are small
      if (high === 0) return putWhole(to.bytes, at, low >>> 0);
      return writeAscii(longText(low, high, signed), to.bytes, at);
    },
  };
}

/** Writes a whole number of 32 bits, signed or not; the offset after it. */
function putWhole(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  if (value < 0) {
    out[at++] = MINUS;
    rest = -value;
  }
  let end = at + 1;
  for (let limit = 10; limit <= rest; limit *= 10) end += 1;
  for (let i = end - 1; i >= at; i--) {
    const next = (rest / 10) >>> 0;
    out[i] = ZERO + rest - 10 * next;
    rest = next;
  }
  return end;
}

function realText(bits: 16 | 32 | 64): ShortText {
  if (bits === 64) return ({ view, start }) => doubleText(view.view.getFloat64(start, true));
  if (bits === 32) return ({ view, start }) => floatText(view.view.getFloat32(start, true));
  return ({ view, start }) => doubleText(halfValue(view.view.getUint16(start, true)));
}

/** Longest unscaled value, beyond which no text of it is made. */
const MAX_DECIMAL_BYTES = 64;

function decimal(leaf: Leaf, scale: number, fault: Fault): ShortText {
  switch (leaf.stored) {
    case StoredType.int32:
      return ({ view, start }) => decimalText(String(view.view.getInt32(start, true)), scale);
    case StoredType.int64:
      return ({ view, start }) =>
        decimalText(longText(view.view.getInt32(start, true), view.view.getInt32(start + 4, true), true), scale);
    default:
      return ({ view, start, end }) => {
        if (end - start > MAX_DECIMAL_BYTES) throw fault(`a decimal of ${end - start} bytes`);
        return decimalText(String(bigEndian(view.bytes, start, end)), scale);
      };
  }
}

function timestamp({ unit, utc }: Extract<ParquetType, { kind: 'timestamp' }>): ShortText {
  return ({ view, start }) => {
    const instant = splitUnits(view.view.getInt32(start, true), view.view.getInt32(start + 4, true), unit);
    return `"${timestampText(instant, unit, utc)}"`;
  };
}

/** Julian day of 1970-01-01. */
const JULIAN_1970 = 2_440_588;

/** INT96: nanoseconds of the day, then the day, as Impala and old Spark wrote them. */
function oldTimestamp(fault: Fault): ShortText {
  return ({ view, start }) => {
    const ofDay = splitUnits(view.view.getInt32(start, true), view.view.getInt32(start + 4, true), 'ns');
    if (ofDay.seconds < 0 || ofDay.seconds > 86_400) throw fault('an INT96 time that is no time of a day');
    const days = view.view.getUint32(start + 8, true) - JULIAN_1970;
    return `"${timestampText({ ...ofDay, seconds: ofDay.seconds + 86_400 * days }, 'ns', false)}"`;
  };
}

function uuid({ view, start }: ValueReader): string {
  const { buffer, byteOffset } = view.bytes;
  const hex = Buffer.from(buffer as ArrayBuffer, byteOffset + start, 16).toString('hex');
  return `"${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}"`;
}

function writeAscii(text: string, out: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}
