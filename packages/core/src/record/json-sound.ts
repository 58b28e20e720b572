import type { ByteView } from './escape-json.ts';
import { skipNumber, skipSoundString, skipSpace } from './json-scan.ts';

/** Arrays and objects within each other, at most: what is deeper is left to a parser, which needs no stack for it. */
const MAX_DEPTH = 64;

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const TRUE = ascii('true');
const FALSE = ascii('false');
const NULL = ascii('null');

/**
 * The position after the JSON value at `at`, every byte of which was looked at: what is accepted is valid JSON in UTF-8, and may be
 * copied as such. -1 for anything else, and for the little (depth, exponents of three digits) that a parser has to decide.
 */
export function skipSoundValue(text: ByteView, at: number, end: number, depth = 0): number {
  const { bytes } = text;
  if (at >= end) return -1;
  switch (bytes[at]) {
    case 0x22:
      return skipSoundString(text, at + 1, end);
    case 0x7b:
      return depth === MAX_DEPTH ? -1 : skipSoundObject(text, at, end, depth + 1);
    case 0x5b:
      return depth === MAX_DEPTH ? -1 : skipSoundArray(text, at, end, depth + 1);
    case 0x74:
      return skipWord(bytes, at, end, TRUE);
    case 0x66:
      return skipWord(bytes, at, end, FALSE);
    case 0x6e:
      return skipWord(bytes, at, end, NULL);
    default:
      return skipNumber(bytes, at, end);
  }
}

function skipSoundObject(text: ByteView, open: number, end: number, depth: number): number {
  const { bytes } = text;
  let i = skipSpace(bytes, open + 1, end);
  if (i < end && bytes[i] === 0x7d) return i + 1;
  while (i < end && bytes[i] === 0x22) {
    const afterKey = skipSoundString(text, i + 1, end);
    if (afterKey < 0) return -1;
    i = skipSpace(bytes, afterKey, end);
    if (i >= end || bytes[i] !== 0x3a) return -1;
    i = skipSoundValue(text, skipSpace(bytes, i + 1, end), end, depth);
    if (i < 0) return -1;
    i = skipSpace(bytes, i, end);
    if (i < end && bytes[i] === 0x7d) return i + 1;
    if (i >= end || bytes[i] !== 0x2c) return -1;
    i = skipSpace(bytes, i + 1, end);
  }
  return -1;
}

function skipSoundArray(text: ByteView, open: number, end: number, depth: number): number {
  const { bytes } = text;
  let i = skipSpace(bytes, open + 1, end);
  if (i < end && bytes[i] === 0x5d) return i + 1;
  while (i < end) {
    i = skipSoundValue(text, i, end, depth);
    if (i < 0) return -1;
    i = skipSpace(bytes, i, end);
    if (i < end && bytes[i] === 0x5d) return i + 1;
    if (i >= end || bytes[i] !== 0x2c) return -1;
    i = skipSpace(bytes, i + 1, end);
  }
  return -1;
}

function skipWord(bytes: Uint8Array, at: number, end: number, word: Uint8Array): number {
  if (at + word.length > end) return -1;
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return -1;
  return at + word.length;
}
