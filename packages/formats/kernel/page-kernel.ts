/**
 * The page kernel: Snappy, decoded within the memory that the byte kernel of core works in. AssemblyScript, compiled by
 * `npm run kernel` to `src/parquet/page-kernel-code.ts`. All positions are addresses. Loads may reach up to 15 bytes past an end,
 * which the memory has; stores never do. Its oracle is `unsnapPlain`, and tests compare the two on random bytes.
 */

/** A literal that is copied by one load is no longer than this. */
const SHORT_LITERAL: usize = 16;
/** Bytes that two elements of the quick loop may take, and may store behind what they make. */
const QUICK_IN: usize = 32;
const QUICK_OUT: usize = 160;

/** Of a copy's tag: bytes behind it, bytes that it makes, and its offset. No branches: what comes next no processor can guess. */
// @ts-expect-error: decorator
@inline
function sizeOf(tag: u32): usize {
  const kind = tag & 3;
  return select<usize>(4, <usize>kind, kind === 3);
}
// @ts-expect-error: decorator
@inline
function countOf(tag: u32): usize {
  return select<u32>(((tag >> 2) & 7) + 4, (tag >> 2) + 1, (tag & 3) === 1);
}
// @ts-expect-error: decorator
@inline
function offsetOf(tag: u32, at: usize, size: usize): usize {
  const low = load<u32>(at) & (0xffffffff >>> (32 - 8 * <u32>size));
  return low | select<u32>((tag >> 5) << 8, 0, (tag & 3) === 1);
}

/**
 * Decodes Snappy's raw format (google/snappy, format_description.txt) from `[at, end)`, behind the length at its front, into
 * `[to, toEnd)`; the address behind what it made, 0 when the data is damaged. Every length and offset is checked.
 */
export function unsnap(at: usize, end: usize, to: usize, toEnd: usize): usize {
  const begin = to;
  const quickEnd = end - at > QUICK_IN ? end - QUICK_IN : 0;
  const quickToEnd = toEnd - begin > QUICK_OUT ? toEnd - QUICK_OUT : 0;
  while (at < end) {
    // far from both ends nothing but offsets can be wrong
    while (at < quickEnd && to < quickToEnd) {
      let tag = <u32>load<u8>(at);
      if ((tag & 3) === 0) {
        const count: usize = (tag >> 2) + 1;
        if (count > SHORT_LITERAL) break;
        v128.store(to, v128.load(at + 1));
        at += count + 1;
        to += count;
        tag = <u32>load<u8>(at);
        if ((tag & 3) === 0) continue;
      }
      const size = sizeOf(tag);
      const count = countOf(tag);
      const offset = offsetOf(tag, at + 1, size);
      if (offset === 0 || offset > to - begin) return 0;
      at += size + 1;
      const from = to - offset;
      if (offset >= 16) {
        v128.store(to, v128.load(from));
        if (count > 16) {
          v128.store(to + 16, v128.load(from + 16));
          if (count > 32) {
            v128.store(to + 32, v128.load(from + 32));
            v128.store(to + 48, v128.load(from + 48));
          }
        }
      } else {
        for (let i: usize = 0; i < count; i++) store<u8>(to + i, load<u8>(from + i));
      }
      to += count;
    }
    // one element, with all checks
    const tag = <u32>load<u8>(at++);
    if ((tag & 3) === 0) {
      let count: usize = tag >> 2;
      if (count >= 60) {
        const extra = count - 59;
        if (extra > end - at) return 0;
        count = load<u32>(at) & (0xffffffff >>> (32 - 8 * <u32>extra));
        at += extra;
      }
      if (count >= end - at || count >= toEnd - to) return 0;
      count += 1;
      memory.copy(to, at, count);
      at += count;
      to += count;
      continue;
    }
    const size = sizeOf(tag);
    const count = countOf(tag);
    if (size > end - at) return 0;
    const offset = offsetOf(tag, at, size);
    at += size;
    if (offset === 0 || offset > to - begin || count > toEnd - to) return 0;
    const from = to - offset;
    for (let i: usize = 0; i < count; i++) store<u8>(to + i, load<u8>(from + i));
    to += count;
  }
  return to;
}
