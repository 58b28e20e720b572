/** The bytes that JSON knows. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Arrays and objects within each other, at most; deeper ones are refused so that no input can exhaust the stack. */
export const MAX_DEPTH = 500;

/** 1 for a byte that ends a run of plain characters in a string: a quote, a backslash, a control character. */
const ENDS_RUN = new Uint8Array(256).fill(1, 0, 0x20);
ENDS_RUN[QUOTE] = 1;
ENDS_RUN[BACKSLASH] = 1;

const isSimpleEscape = byteSet('"\\/bfnrt');
const isHex = byteSet('0123456789abcdefABCDEF');
const isDigit = byteSet('0123456789');
const isSpace = byteSet(' \t\r\n');

function byteSet(characters: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}

/** True for the byte that an array or an object begins with. */
export function isOpening(byte: number): boolean {
  return byte === OPEN_BRACKET || byte === OPEN_BRACE;
}

/** The first byte from `at` that is no white space. */
export function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  while (next < end && isSpace[bytes[next]!] === 1) next++;
  return next;
}

/**
 * The end of the JSON value that begins at `at`, exclusive, or `-1 - place` where `place` is the byte that no JSON may have.
 * Accepts what `JSON.parse` accepts, down to `MAX_DEPTH`, but for escapes of half a character (`\ud800` alone), which no text
 * can hold; whether the bytes are UTF-8 is not looked at.
 */
export function scanValue(bytes: Uint8Array, at: number, end: number, depth = 0): number {
  if (at >= end) return -1 - at;
  switch (bytes[at]) {
    case QUOTE: {
      const close = scanString(bytes, at + 1, end);
      return close < 0 ? close : close + 1;
    }
    case OPEN_BRACE:
      return depth === MAX_DEPTH ? -1 - at : scanObject(bytes, at, end, depth);
    case OPEN_BRACKET:
      return depth === MAX_DEPTH ? -1 - at : scanArray(bytes, at, end, depth);
    case 0x74:
      return scanWord(bytes, at, end, 'true');
    case 0x66:
      return scanWord(bytes, at, end, 'false');
    case 0x6e:
      return scanWord(bytes, at, end, 'null');
    default:
      return scanNumber(bytes, at, end);
  }
}

/** The place of the quote that closes a string whose inside begins at `at`, or `-1 - place` of a wrong byte. */
export function scanString(bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  for (;;) {
    while (next < end && ENDS_RUN[bytes[next]!] === 0) next++;
    if (next >= end) return -1 - end;
    if (bytes[next] === QUOTE) return next;
    if (bytes[next] !== BACKSLASH || next + 1 >= end) return -1 - next;
    if (isSimpleEscape[bytes[next + 1]!] === 1) {
      next += 2;
      continue;
    }
    if (bytes[next + 1] !== 0x75 || next + 6 > end) return -1 - next;
    for (let i = 2; i < 6; i++) if (isHex[bytes[next + i]!] === 0) return -1 - (next + i);
    const half = surrogateAt(bytes, next);
    if (half === undefined) next += 6;
    else if (half === 'high' && next + 12 <= end && surrogateAt(bytes, next + 6) === 'low') next += 12;
    else return -1 - next;
  }
}

/** Which half of a character an escape `\udXXX` stands for; undefined for any other bytes. */
export function surrogateAt(bytes: Uint8Array, at: number): 'high' | 'low' | undefined {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== 0x75 || (bytes[at + 2]! | 0x20) !== 0x64) return undefined;
  const digit = bytes[at + 3]!;
  if (digit < 0x38 || isHex[digit] !== 1 || isHex[bytes[at + 4]!] !== 1 || isHex[bytes[at + 5]!] !== 1) return undefined;
  return digit < 0x40 || (digit | 0x20) < 0x63 ? 'high' : 'low';
}

function scanObject(bytes: Uint8Array, open: number, end: number, depth: number): number {
  let at = skipSpace(bytes, open + 1, end);
  if (at < end && bytes[at] === CLOSE_BRACE) return at + 1;
  for (;;) {
    if (at >= end || bytes[at] !== QUOTE) return -1 - at;
    at = scanString(bytes, at + 1, end);
    if (at < 0) return at;
    at = skipSpace(bytes, at + 1, end);
    if (at >= end || bytes[at] !== COLON) return -1 - at;
    at = scanValue(bytes, skipSpace(bytes, at + 1, end), end, depth + 1);
    if (at < 0) return at;
    at = skipSpace(bytes, at, end);
    if (at < end && bytes[at] === CLOSE_BRACE) return at + 1;
    if (at >= end || bytes[at] !== COMMA) return -1 - at;
    at = skipSpace(bytes, at + 1, end);
  }
}

function scanArray(bytes: Uint8Array, open: number, end: number, depth: number): number {
  let at = skipSpace(bytes, open + 1, end);
  if (at < end && bytes[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    at = scanValue(bytes, at, end, depth + 1);
    if (at < 0) return at;
    at = skipSpace(bytes, at, end);
    if (at < end && bytes[at] === CLOSE_BRACKET) return at + 1;
    if (at >= end || bytes[at] !== COMMA) return -1 - at;
    at = skipSpace(bytes, at + 1, end);
  }
}

function scanWord(bytes: Uint8Array, at: number, end: number, word: string): number {
  for (let i = 0; i < word.length; i++) {
    if (at + i >= end || bytes[at + i] !== word.charCodeAt(i)) return -1 - (at + i);
  }
  return at + word.length;
}

/** `-? (0 | [1-9] digits) (. digits)? ([eE] [+-]? digits)?` */
function scanNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (bytes[at] === 0x2d) at++;
  if (at < end && bytes[at] === 0x30) at++;
  else if ((at = digits(bytes, at, end)) < 0) return at;
  if (at < end && bytes[at] === 0x2e) {
    at = digits(bytes, at + 1, end);
    if (at < 0) return at;
  }
  if (at < end && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    at++;
    if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++;
    at = digits(bytes, at, end);
  }
  return at;
}

/** The end of one or more digits. */
function digits(bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  while (next < end && isDigit[bytes[next]!] === 1) next++;
  return next === at ? -1 - at : next;
}
