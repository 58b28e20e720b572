import { type ByteView, kernelFunctions } from '@batchrock/core';

const QUOTE = 0x22;

/**
 * Copies the inside of a quoted CSV cell, in which every `""` means one `"`; the offset after it. Never longer than its
 * source.
 */
export function copyUndoubled(from: ByteView, start: number, end: number, to: ByteView, at: number): number {
  if (from.address >= 0 && to.address >= 0) {
    const { undouble } = kernelFunctions();
    return undouble(from.address + start, from.address + end, to.address + at) - to.address;
  }
  const { bytes, view } = from;
  const out = to.bytes;
  const lastEight = end - 8;
  let i = start;
  while (i < end) {
    while (i <= lastEight) {
      const x = view.getInt32(i, true);
      const y = view.getInt32(i + 4, true);
      const x1 = x ^ 0x22222222;
      const y1 = y ^ 0x22222222;
      // not zero when a byte is a quote
      if (((((x1 - 0x01010101) & ~x1) | ((y1 - 0x01010101) & ~y1)) & 0x80808080) !== 0) break;
      to.view.setInt32(at, x, true);
      to.view.setInt32(at + 4, y, true);
      i += 8;
      at += 8;
    }
    const stop = i <= lastEight ? i + 8 : end;
    while (i < stop) {
      const byte = bytes[i]!;
      out[at++] = byte;
      i += byte === QUOTE ? 2 : 1;
    }
  }
  return at;
}
