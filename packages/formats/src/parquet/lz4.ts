import type { Fault } from './thrift-reader.ts';

/** A length of 255 takes one byte more, so nothing grows by more. */
export const LZ4_MOST_GROWTH = 256;

/**
 * Decompresses one LZ4 block into `out` from `begin` up to `end` at most; where it ended. Written after the LZ4 block format
 * description (lz4/lz4, doc/lz4_Block_format.md). Every length and offset is checked before it is used.
 */
function unpackBlock(input: Uint8Array, out: Uint8Array, begin: number, end: number): number {
  let at = 0;
  let made = begin;
  const length = (code: number): number => {
    let sum = code;
    if (code < 15) return sum;
    for (;;) {
      const byte = input[at++];
      if (byte === undefined) return Number.POSITIVE_INFINITY;
      sum += byte;
      if (byte < 255) return sum;
    }
  };
  while (at < input.length) {
    const token = input[at++]!;
    const literals = length(token >> 4);
    if (at + literals > input.length || made + literals > end) return -1;
    out.set(input.subarray(at, at + literals), made);
    at += literals;
    made += literals;
    if (at === input.length) return made;
    if (at + 2 > input.length) return -1;
    const offset = input[at]! | (input[at + 1]! << 8);
    at += 2;
    const count = length(token & 15) + 4;
    if (offset === 0 || offset > made - begin || made + count > end) return -1;
    if (offset >= count) out.copyWithin(made, made - offset, made - offset + count);
    else for (let i = 0; i < count; i++) out[made + i] = out[made + i - offset]!;
    made += count;
  }
  return made;
}

/** The codec `LZ4_RAW`: one block. */
export function unpackLz4Raw(input: Uint8Array, out: Uint8Array, length: number, fault: Fault): void {
  if (unpackBlock(input, out, 0, length) !== length) throw fault('an LZ4 page that is damaged');
}

/** The codec `LZ4`: blocks with their lengths before them, as Hadoop writes them; where it is not that, one block. */
export function unpackLz4(input: Uint8Array, out: Uint8Array, length: number, fault: Fault): void {
  if (!unpackFramed(input, out, length)) unpackLz4Raw(input, out, length, fault);
}

function unpackFramed(input: Uint8Array, out: Uint8Array, length: number): boolean {
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  let at = 0;
  let made = 0;
  while (at + 8 <= input.length) {
    const decoded = view.getUint32(at);
    const coded = view.getUint32(at + 4);
    at += 8;
    if (at + coded > input.length || made + decoded > length) return false;
    if (unpackBlock(input.subarray(at, at + coded), out, made, made + decoded) !== made + decoded) return false;
    at += coded;
    made += decoded;
  }
  return at === input.length && made === length;
}
