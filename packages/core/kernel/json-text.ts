/** Text as the inside of a JSON string, both ways, for the kernels that write it. AssemblyScript. */

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

function hex4(at: usize): u32 {
  let value: u32 = 0;
  for (let i = at; i < at + 4; i++) {
    const byte: u32 = load<u8>(i);
    value = (value << 4) | (byte < 0x3a ? byte - 0x30 : (byte | 0x20) - 0x57);
  }
  return value;
}

function putCodePoint(to: usize, code: u32): usize {
  if (code < 0x80) {
    store<u8>(to, <u8>code);
    return to + 1;
  }
  if (code < 0x800) {
    store<u8>(to, <u8>(0xc0 | (code >> 6)));
    store<u8>(to + 1, <u8>(0x80 | (code & 0x3f)));
    return to + 2;
  }
  if (code < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (code >> 12)));
    store<u8>(to + 1, <u8>(0x80 | ((code >> 6) & 0x3f)));
    store<u8>(to + 2, <u8>(0x80 | (code & 0x3f)));
    return to + 3;
  }
  store<u8>(to, <u8>(0xf0 | (code >> 18)));
  store<u8>(to + 1, <u8>(0x80 | ((code >> 12) & 0x3f)));
  store<u8>(to + 2, <u8>(0x80 | ((code >> 6) & 0x3f)));
  store<u8>(to + 3, <u8>(0x80 | (code & 0x3f)));
  return to + 4;
}

/** `writeUnescaped` of the room `writing` in `formats`: the text of the JSON string whose inside is `[from, end)`; the address behind it. */
export function unescape(from: usize, end: usize, to: usize): usize {
  const backslash = i8x16.splat(0x5c);
  while (from < end) {
    while (from + 16 <= end) {
      const x = v128.load(from);
      const special = i8x16.bitmask(i8x16.eq(x, backslash));
      // what is written is never longer than what is left to read
      v128.store(to, x);
      if (special !== 0) {
        from += ctz<i32>(special);
        to += ctz<i32>(special);
        break;
      }
      from += 16;
      to += 16;
    }
    while (from < end && load<u8>(from) !== 0x5c) {
      store<u8>(to, load<u8>(from));
      from += 1;
      to += 1;
    }
    if (from >= end) break;
    const letter: u32 = load<u8>(from + 1);
    if (letter !== 0x75) {
      let byte = letter;
      if (letter === 0x62) byte = 0x08;
      else if (letter === 0x66) byte = 0x0c;
      else if (letter === 0x6e) byte = 0x0a;
      else if (letter === 0x72) byte = 0x0d;
      else if (letter === 0x74) byte = 0x09;
      store<u8>(to, <u8>byte);
      to += 1;
      from += 2;
      continue;
    }
    let code = hex4(from + 2);
    from += 6;
    if (code - 0xd800 < 0x400 && from + 6 <= end && load<u16>(from) === 0x755c) {
      const low = hex4(from + 2);
      if (low - 0xdc00 < 0x400) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        from += 6;
      }
    }
    to = putCodePoint(to, code - 0xd800 < 0x800 ? 0xfffd : code);
  }
  return to;
}
