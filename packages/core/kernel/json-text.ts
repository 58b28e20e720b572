/** Text as the inside of a JSON string, for the kernels that write some. AssemblyScript. */

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const LINE_FEED: u32 = 0x0a;
const CARRIAGE_RETURN: u32 = 0x0d;

// @ts-ignore: decorator
@inline
function hexLetter(value: u32): u8 {
  return <u8>(value < 10 ? 0x30 + value : 0x57 + value);
}

/** Writes the escape of a quote, a backslash or a control byte; the address behind it. */
function putEscape(byte: u32, to: usize): usize {
  store<u8>(to, <u8>BACKSLASH);
  let letter: u32 = 0;
  if (byte == QUOTE || byte == BACKSLASH) letter = byte;
  else if (byte == LINE_FEED) letter = 0x6e;
  else if (byte == CARRIAGE_RETURN) letter = 0x72;
  else if (byte == 0x09) letter = 0x74;
  else if (byte == 0x08) letter = 0x62;
  else if (byte == 0x0c) letter = 0x66;
  if (letter != 0) {
    store<u8>(to + 1, <u8>letter);
    return to + 2;
  }
  store<u32>(to + 1, 0x30303075);
  store<u8>(to + 4, hexLetter(byte >> 4));
  store<u8>(to + 5, hexLetter(byte & 15));
  return to + 6;
}

/**
 * Writes text as the inside of a JSON string, as `writeEscaped` does; the address behind it. With `doubled`, each `""` means one
 * `"`. Writes up to 15 bytes more.
 */
// @ts-ignore: decorator
@inline
export function putEscaped(from: usize, end: usize, doubled: bool, to: usize): usize {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  const space = i8x16.splat(0x20);
  while (from < end) {
    const x = v128.load(from);
    let special = i8x16.bitmask(v128.or(v128.or(i8x16.eq(x, quote), i8x16.eq(x, backslash)), i8x16.lt_u(x, space)));
    v128.store(to, x);
    const rest = end - from;
    if (rest < 16) special |= 1 << <i32>rest;
    if (special == 0) {
      from += 16;
      to += 16;
      continue;
    }
    const plain = <usize>ctz<i32>(special);
    from += plain;
    to += plain;
    if (from >= end) return to;
    const byte: u32 = load<u8>(from);
    to = putEscape(byte, to);
    from += doubled && byte == QUOTE ? 2 : 1;
  }
  return to;
}
