import { invariant } from '../errors/index.ts';

/** Characters of a record id: 2 of the run, 7 of the row's ordinal, 2 of a sub-index; digits are base 36, lower case. */
export const RECORD_ID_LENGTH = 11;

/** Ordinals are below this: 36^7, about 78 thousand million. */
const ORDINALS = 36 ** 7;
/** Sub-indexes are below this: 36^2. */
const SUBS = 36 ** 2;

/** The first of the top 1,296 ordinals, which no row has: ids of the padding records of a job below the service's minimum. */
export const SENTINEL_FIRST_ORDINAL = ORDINALS - SUBS;

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** The bytes of the two digits of 0 to 1,295. */
const PAIRS = new Uint8Array(2 * SUBS);
/** The value of a byte as a digit; 255 for every other byte. */
const VALUES = new Uint8Array(256).fill(255);
for (let i = 0; i < 36; i++) {
  VALUES[DIGITS.charCodeAt(i)] = i;
  for (let j = 0; j < 36; j++) {
    PAIRS[2 * (36 * i + j)] = DIGITS.charCodeAt(i);
    PAIRS[2 * (36 * i + j) + 1] = DIGITS.charCodeAt(j);
  }
}

/** True for the ordinal of a padding record. */
export function isSentinelOrdinal(ordinal: number): boolean {
  return ordinal >= SENTINEL_FIRST_ORDINAL && ordinal < ORDINALS;
}

const PREFIX = /^[0-9a-z]{2}$/;

/** The two bytes of a run's prefix; throws when it is not two digits of base 36. */
export function recordPrefixBytes(prefix: string): Uint8Array {
  if (!PREFIX.test(prefix)) invariant(false, `a record prefix is two digits of base 36, not ${JSON.stringify(prefix)}`);
  return Uint8Array.of(prefix.charCodeAt(0), prefix.charCodeAt(1));
}

/** The id of a record as text: `recordId('k3', 41)` is `k3000001500`. */
export function recordId(prefix: string, ordinal: number, sub = 0): string {
  const bytes = new Uint8Array(RECORD_ID_LENGTH);
  writeRecordId(recordPrefixBytes(prefix), ordinal, bytes, 0, sub);
  return String.fromCharCode(...bytes);
}

/** Writes the 11 bytes of an id at `out[at]`. */
export function writeRecordId(prefix: Uint8Array, ordinal: number, out: Uint8Array, at: number, sub = 0): void {
  // once a row: the message is made only when it is needed
  if (!(ordinal >= 0 && ordinal < ORDINALS && sub >= 0 && sub < SUBS)) {
    invariant(false, `no record id for row ${ordinal}, sub-index ${sub}`);
  }
  // above 2^32, so the first three digits come off in floating point and the rest are integers
  const high = Math.floor(ordinal / 1_679_616);
  const low = ordinal - high * 1_679_616;
  const first = (high / 1_296) | 0;
  const second = 2 * (high - first * 1_296);
  const third = (low / 1_296) | 0;
  const fourth = 2 * (low - third * 1_296);
  out[at] = prefix[0]!;
  out[at + 1] = prefix[1]!;
  out[at + 2] = PAIRS[2 * first + 1]!;
  out[at + 3] = PAIRS[second]!;
  out[at + 4] = PAIRS[second + 1]!;
  out[at + 5] = PAIRS[2 * third]!;
  out[at + 6] = PAIRS[2 * third + 1]!;
  out[at + 7] = PAIRS[fourth]!;
  out[at + 8] = PAIRS[fourth + 1]!;
  out[at + 9] = PAIRS[2 * sub]!;
  out[at + 10] = PAIRS[2 * sub + 1]!;
}

/**
 * The ordinal in the 11 bytes at `bytes[at]`, or -1 when they are no id of ours: a byte that is no digit, fewer bytes than
 * that, or another prefix where one is given.
 */
export function ordinalOf(bytes: Uint8Array, at: number, prefix?: Uint8Array): number {
  if (at < 0 || at + RECORD_ID_LENGTH > bytes.length) return -1;
  if (prefix !== undefined && (bytes[at] !== prefix[0] || bytes[at + 1] !== prefix[1])) return -1;
  let wrong = VALUES[bytes[at]!]! | VALUES[bytes[at + 1]!]!;
  let high = 0;
  let low = 0;
  for (let i = at + 2; i < at + 5; i++) {
    const value = VALUES[bytes[i]!]!;
    wrong |= value;
    high = high * 36 + value;
  }
  for (let i = at + 5; i < at + 9; i++) {
    const value = VALUES[bytes[i]!]!;
    wrong |= value;
    low = low * 36 + value;
  }
  wrong |= VALUES[bytes[at + 9]!]! | VALUES[bytes[at + 10]!]!;
  // digits are below 64, so only a foreign byte (255) sets the top bit
  return wrong >= 128 ? -1 : high * 1_679_616 + low;
}

/** The sub-index in an id that `ordinalOf` accepts. */
export function subIndexOf(bytes: Uint8Array, at: number): number {
  return 36 * VALUES[bytes[at + 9]!]! + VALUES[bytes[at + 10]!]!;
}
