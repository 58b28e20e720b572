import { hexValue } from '@batchrock/core';

const BACKSLASH = 0x5c;

/** What stands after the backslash of a short escape, and what it means. */
const SHORT = new Uint8Array(256);
for (const [letter, meaning] of [
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
] as const) {
  SHORT[letter.charCodeAt(0)] = meaning.charCodeAt(0);
}

/**
 * Writes the text of the JSON string whose inside is `bytes[start..end)` at `out[at]`, in UTF-8; the offset after it. The
 * string is valid. A lone surrogate becomes U+FFFD, as in every encoder. Never longer than its source.
 */
export function writeUnescaped(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  let i = start;
  while (i < end) {
    const byte = bytes[i]!;
    if (byte !== BACKSLASH) {
      out[at++] = byte;
      i += 1;
      continue;
    }
    const letter = bytes[i + 1]!;
    if (letter !== 0x75) {
      out[at++] = SHORT[letter]!;
      i += 2;
      continue;
    }
    let code = codeUnit(bytes, i + 2);
    i += 6;
    if (code >= 0xd800 && code < 0xdc00 && i + 6 <= end && bytes[i] === BACKSLASH && bytes[i + 1] === 0x75) {
      const low = codeUnit(bytes, i + 2);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        i += 6;
      }
    }
    at = putCodePoint(out, at, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
  }
  return at;
}

function codeUnit(bytes: Uint8Array, at: number): number {
  return (
    (hexValue(bytes[at]!) << 12) | (hexValue(bytes[at + 1]!) << 8) | (hexValue(bytes[at + 2]!) << 4) | hexValue(bytes[at + 3]!)
  );
}

function putCodePoint(out: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    out[at] = code;
    return at + 1;
  }
  const continuation = (shift: number) => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x800) {
    out[at] = 0xc0 | (code >> 6);
    out[at + 1] = continuation(0);
    return at + 2;
  }
  if (code < 0x10000) {
    out[at] = 0xe0 | (code >> 12);
    out[at + 1] = continuation(6);
    out[at + 2] = continuation(0);
    return at + 3;
  }
  out[at] = 0xf0 | (code >> 18);
  out[at + 1] = continuation(12);
  out[at + 2] = continuation(6);
  out[at + 3] = continuation(0);
  return at + 4;
}
