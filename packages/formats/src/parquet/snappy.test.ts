import { addressOf, allowKernel, InputError } from '@batchrock/core';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { SharedBlock } from './shared-block.ts';
import { unsnap, unsnapPlain } from './snappy.ts';

const target = new SharedBlock();
const packed = new SharedBlock();
const fault = (what: string) => new InputError('BR-E0114', what);

afterEach(() => allowKernel(true));

/** What both decoders make of compressed bytes behind their length; undefined where they refuse them. */
function decodeBoth(body: readonly number[], length: number): (number[] | undefined)[] {
  const plain = new Uint8Array(length);
  const byPlain = unsnapPlain(Uint8Array.from(body), plain) ? [...plain] : undefined;
  return [byPlain, decode(body, length)];
}

function decode(body: readonly number[], length: number): number[] | undefined {
  const front = [];
  for (let rest = length; ; rest >>>= 7) {
    front.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  try {
    return [...unsnap(Uint8Array.from([...front, ...body]), length, target, packed, fault)];
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Literals and copies, of which some refer to bytes that are not there. */
const element = fc.oneof(
  fc
    .uint8Array({ minLength: 1, maxLength: 70 })
    .map((bytes) => [...(bytes.length <= 60 ? [(bytes.length - 1) << 2] : [60 << 2, bytes.length - 1]), ...bytes]),
  fc
    .tuple(fc.integer({ min: 4, max: 11 }), fc.integer({ min: 1, max: 90 }))
    .map(([count, offset]) => [1 | ((count - 4) << 2), offset]),
  fc
    .tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 90 }))
    .map(([count, offset]) => [2 | ((count - 1) << 2), offset, 0]),
  fc
    .tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 90 }))
    .map(([count, o]) => [3 | ((count - 1) << 2), o, 0, 0, 0]),
);

/** A literal, so that copies have something to copy. */
const FIRST = [60 << 2, 79, ...Array.from({ length: 80 }, (_, i) => i)];

/** Bytes that an element makes. */
function made([tag = 0, extra = 0]: readonly number[]): number {
  const kind = tag & 3;
  if (kind === 0) return tag >> 2 < 60 ? (tag >> 2) + 1 : extra + 1;
  return kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
}

describe('Snappy', () => {
  it('is decoded in the kernel as without it, whatever the bytes', () => {
    expect(addressOf(target.room(10))).toBeGreaterThan(0);
    let good = 0;
    fc.assert(
      fc.property(fc.array(element, { maxLength: 60 }), fc.integer({ min: -2, max: 1 }), (elements, off) => {
        const all = [FIRST, ...elements];
        const body = all.flat();
        const length = all.reduce((sum, each) => sum + made(each), 0) + Math.min(0, off);
        if (length < 1) return;
        const [plain, kernel] = decodeBoth(body, length);
        expect(kernel).toEqual(plain);
        if (plain !== undefined) good += 1;
      }),
      { numRuns: 3000 },
    );
    expect(good).toBeGreaterThan(100);
    fc.assert(
      fc.property(fc.array(fc.nat(255), { maxLength: 200 }), fc.integer({ min: 1, max: 300 }), (body, length) => {
        const [plain, kernel] = decodeBoth(body, length);
        expect(kernel).toEqual(plain);
      }),
      { numRuns: 3000 },
    );
  });

  it('writes nothing behind the room that it has', () => {
    const room = target.room(400);
    room.fill(7);
    // a literal of one byte, then copies of it up to byte 300
    const body = [0, 1, ...Array.from({ length: 4 }, () => [2 | (63 << 2), 1, 0]).flat(), 2 | (42 << 2), 1, 0];
    expect(decode(body, 300)).toEqual(new Array(300).fill(1));
    expect([...target.room(400).subarray(300)]).toEqual(new Array(100).fill(7));
  });

  it('is decoded without the kernel where there is none', () => {
    allowKernel(false);
    const own = new SharedBlock();
    const bytes = unsnap(Uint8Array.from([5, 0, 65, 1, 1]), 5, own, new SharedBlock(), fault);
    expect(addressOf(bytes)).toBe(-1);
    expect(new TextDecoder().decode(bytes)).toBe('AAAAA');
  });

  it('is refused where it cannot become what it claims', () => {
    expect(() => unsnap(Uint8Array.from([5, 0, 65]), 1 << 20, target, packed, fault)).toThrow(/more than Snappy can make/);
    expect(() => unsnap(Uint8Array.from([5, 0, 65, 1, 1]), 6, target, packed, fault)).toThrow(/of 5 bytes, its header says 6/);
    expect(() => unsnap(new Uint8Array(0), 6, target, packed, fault)).toThrow(/of -1 bytes/);
  });
});
