/** Bytes that make a spreadsheet take a cell for a formula when they stand first: `= + - @`, tab, CR, NUL. */
const TRIGGERS = new Uint8Array(256);
for (const byte of [0x3d, 0x2b, 0x2d, 0x40, 0x09, 0x0d, 0x00]) TRIGGERS[byte] = 1;

/** The last byte of the full-width forms `＝ ＋ － ＠`: U+FF1D, U+FF0B, U+FF0D, U+FF20. The first two are EF BC. */
const FULL_WIDTH = new Set([0x9d, 0x8b, 0x8d, 0xa0]);

/** Longer texts are no numbers. */
const MAX_NUMBER_BYTES = 64;
const NUMBER = /^ *[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)? *$/i;

/** True when no text that begins with this byte is a formula: a letter, a digit or a closing quote, for an empty one. */
export function isNoFormula(byte: number): boolean {
  const letter = byte | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x22;
}

/**
 * True when a spreadsheet might run `bytes[start..end)` as a formula (OWASP, CSV injection; ASVS 1.2.10): a trigger stands
 * first, or first after spaces and line feeds. Finite numbers such as -12 and +1.5e3 are no formulas.
 */
export function isFormulaLike(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x0a)) at += 1;
  if (at === end) return false;
  const first = bytes[at]!;
  if (first === 0xef) return bytes[at + 1] === 0xbc && at + 2 < end && FULL_WIDTH.has(bytes[at + 2]!);
  return TRIGGERS[first] === 1 && !isNumber(bytes, start, end);
}

function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > MAX_NUMBER_BYTES) return false;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  return NUMBER.test(text) && Number.isFinite(Number(text));
}
