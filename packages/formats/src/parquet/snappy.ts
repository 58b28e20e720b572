import { addressOf } from '@batchrock/core';
import { pageKernel } from './page-kernel.ts';
import type { SharedBlock } from './shared-block.ts';
import type { Fault } from './thrift-reader.ts';

/** A copy of three bytes makes 64, and nothing makes more of less. */
const MOST_GROWTH = 22;
const SLACK_BYTES = 64;

/**
 * Decompresses a Snappy page of exactly `length` bytes into `target`; `packed` holds the compressed bytes meanwhile. Written after
 * the description of the format (google/snappy, format_description.txt). Every length and offset is checked before it is used.
 */
export function unsnap(input: Uint8Array, length: number, target: SharedBlock, packed: SharedBlock, fault: Fault): Uint8Array {
  if (length > input.length * MOST_GROWTH + SLACK_BYTES) {
    throw fault(`a page of ${input.length} bytes that claims to become ${length}, more than Snappy can make`);
  }
  const said = decodedLength(input);
  if (said.length !== length) throw fault(`a Snappy page of ${said.length} bytes, its header says ${length}`);
  const out = target.room(length);
  if (!decode(input.subarray(said.at), out, packed)) throw fault('a Snappy page that is damaged');
  return out;
}

/** The length at the front of compressed bytes, and where they go on; -1 when there is none. */
function decodedLength(input: Uint8Array): { readonly length: number; readonly at: number } {
  let length = 0;
  for (let at = 0; at < 5 && at < input.length; at++) {
    const byte = input[at]!;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { length, at: at + 1 };
  }
  return { length: -1, at: 0 };
}

function decode(input: Uint8Array, out: Uint8Array, packed: SharedBlock): boolean {
  const to = addressOf(out);
  if (to < 0) return unsnapPlain(input, out);
  const held = addressOf(input) < 0 ? packed.hold(input) : input;
  const at = addressOf(held);
  if (at < 0) return unsnapPlain(input, out);
  const end = to + out.length;
  return pageKernel().unsnap(at, at + held.length, to, end) === end;
}

/** Decodes Snappy's raw format, behind the length at its front, into all of `out`; false when the data is damaged. */
export function unsnapPlain(input: Uint8Array, out: Uint8Array): boolean {
  const { length } = out;
  let at = 0;
  let made = 0;
  while (at < input.length) {
    const tag = input[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let count = (tag >> 2) + 1;
      if (count > 60) {
        const extra = count - 60;
        if (at + extra > input.length) return false;
        count = 1;
        for (let i = 0; i < extra; i++) count += input[at + i]! * 2 ** (8 * i);
        at += extra;
      }
      if (at + count > input.length || made + count > length) return false;
      for (const end = made + count; made < end; ) out[made++] = input[at++]!;
      continue;
    }
    const size = kind === 3 ? 4 : kind;
    if (at + size > input.length) return false;
    let offset = kind === 1 ? ((tag >> 5) << 8) | input[at]! : input[at]! | (input[at + 1]! << 8);
    if (kind === 3) offset += input[at + 2]! * 2 ** 16 + input[at + 3]! * 2 ** 24;
    at += size;
    const count = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    if (offset === 0 || offset > made || made + count > length) return false;
    // byte by byte: where the two overlap, what is copied repeats itself
    for (const end = made + count; made < end; made++) out[made] = out[made - offset]!;
  }
  return made === length;
}
