import { type ByteView, hexValue, kernelFunctions } from '@batchrock/core';

const BACKSLASH = 0x5c;
const BACKSLASHES = 0x5c5c5c5c;
/** The top bit of each of four bytes, as a signed 32-bit integer. */
const TOP_BITS = 0x80808080 | 0;

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
    const code = escapedCodePoint(bytes, i, end);
    i += code >= 0x10000 ? 12 : 6;
    at = putCodePoint(out, at, code);
  }
  return at;
}

/**
 * The same as `writeUnescaped`, for text that has few escapes: by the kernel, or eight bytes at a time tested and copied. Up to
 * `end - start` bytes from `at` on may be written to.
 */
export function copyUnescaped(from: ByteView, start: number, end: number, to: ByteView, at: number): number {
  if (from.address >= 0 && to.address >= 0) {
    const kernel = kernelFunctions();
    return kernel.unescape(from.address + start, from.address + end, to.address + at) - to.address;
  }
  const { bytes, view } = from;
  const out = to.bytes;
  const lastEight = end - 8;
  let i = start;
  while (i < end) {
    while (i <= lastEight) {
      const x = view.getInt32(i, true);
      const y = view.getInt32(i + 4, true);
      if ((zeroBytes(x ^ BACKSLASHES) | zeroBytes(y ^ BACKSLASHES)) !== 0) break;
      to.view.setInt32(at, x, true);
      to.view.setInt32(at + 4, y, true);
      i += 8;
      at += 8;
    }
    const stop = i <= lastEight ? i + 8 : end;
    while (i < stop) {
      const byte = bytes[i]!;
      if (byte !== BACKSLASH) {
        out[at++] = byte;
        i += 1;
      } else if (bytes[i + 1] !== 0x75) {
        out[at++] = SHORT[bytes[i + 1]!]!;
        i += 2;
      } else {
        const code = escapedCodePoint(bytes, i, end);
        i += code >= 0x10000 ? 12 : 6;
        at = putCodePoint(out, at, code);
      }
    }
  }
  return at;
}

/** Not zero when one of the four bytes is. */
function zeroBytes(word: number): number {
  return (word - 0x01010101) & ~word & TOP_BITS;
}

/** The code point of the `\uXXXX` at `at`, or of the surrogate pair that begins there; U+FFFD for a lone surrogate. */
function escapedCodePoint(bytes: Uint8Array, at: number, end: number): number {
  const code = codeUnit(bytes, at + 2);
  if (code < 0xd800 || code > 0xdfff) return code;
  const next = at + 6;
  if (code < 0xdc00 && next + 6 <= end && bytes[next] === BACKSLASH && bytes[next + 1] === 0x75) {
    const low = codeUnit(bytes, next + 2);
    if (low >= 0xdc00 && low < 0xe000) return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  return 0xfffd;
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
