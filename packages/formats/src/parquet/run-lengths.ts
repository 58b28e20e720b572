import { releaseBlock, takeBlock } from '@batchrock/core';
import { fieldAddress } from './column-state.ts';

const LEVEL = 0;
const COUNT = 1;
const ADDRESS = 2;
const LENGTH = 3;
const LIMIT = 4;
const RUN_FIELDS = 5;

/**
 * Levels of a page in the RLE encoding, by runs alone: levels hardly ever change from row to row, and where they do the
 * compression takes the rest. Also bit-packs the indices of a dictionary.
 */
export class RunLengths {
  /** Encoded runs; the last run is not in it before `finish`. */
  bytes: Uint8Array = takeBlock(256);
  readonly #words: Int32Array;
  readonly #at: number;

  /** `words[at..at + 5)` are its numbers, all of them 0: level and length of the run, address, length and room of `bytes`. */
  constructor(words: Int32Array = new Int32Array(RUN_FIELDS), at = 0) {
    this.#words = words;
    this.#at = at;
    this.#hold(this.bytes);
  }

  get length(): number {
    return this.#words[this.#at + LENGTH]!;
  }

  /** `count` times the level, which is below 128. */
  add(level: number, count: number): void {
    const words = this.#words;
    const at = this.#at;
    if (level === words[at + LEVEL]) {
      words[at + COUNT]! += count;
      return;
    }
    this.#flush();
    words[at + LEVEL] = level;
    words[at + COUNT] = count;
  }

  /** Ends the last run. */
  finish(): void {
    this.#flush();
    this.#words[this.#at + COUNT] = 0;
  }

  clear(): void {
    this.#words[this.#at + LENGTH] = 0;
    this.#words[this.#at + COUNT] = 0;
  }

  /** Gives its memory back. Nothing may be added any more. */
  release(): void {
    releaseBlock(this.bytes);
    this.bytes = new Uint8Array(0);
  }

  #flush(): void {
    const words = this.#words;
    const count = words[this.#at + COUNT]!;
    if (count === 0) return;
    let { length } = this;
    if (length + 6 > this.bytes.length) {
      const grown = takeBlock(2 * this.bytes.length);
      grown.set(this.bytes);
      releaseBlock(this.bytes);
      this.#hold(grown);
    }
    length = putVarint(this.bytes, length, count * 2);
    this.bytes[length] = words[this.#at + LEVEL]!;
    words[this.#at + LENGTH] = length + 1;
  }

  #hold(bytes: Uint8Array): void {
    this.bytes = bytes;
    const address = fieldAddress(bytes);
    this.#words[this.#at + ADDRESS] = address;
    // only for the kernel
    this.#words[this.#at + LIMIT] = address === 0 ? 0 : bytes.length;
  }
}

/** Writes a number below 2^31, seven bits a byte; the offset after it. */
function putVarint(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    out[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[at++] = rest;
  return at;
}

/** Most bytes that `putIndices` writes. */
export function indexBytes(count: number): number {
  return 8 + 2 * (count + 8);
}

/**
 * Writes the indices of a page in the RLE encoding, its bit width before them, the way that a data page of a dictionary has
 * them: one run when all are the same, else bit-packed. `values` is below 2^16. The offset after them.
 */
export function putIndices(out: Uint8Array, at: number, indices: Uint16Array, count: number, values: number): number {
  const width = Math.max(1, 32 - Math.clz32(values - 1));
  out[at++] = width;
  if (count === 0) return at;
  if (isConstant(indices, count)) {
    at = putVarint(out, at, count * 2);
    out[at++] = indices[0]! & 0xff;
    if (width > 8) out[at++] = indices[0]! >> 8;
    return at;
  }
  const groups = Math.ceil(count / 8);
  at = putVarint(out, at, groups * 2 + 1);
  let bits = 0;
  let held = 0;
  for (let i = 0; i < groups * 8; i++) {
    bits |= (i < count ? indices[i]! : 0) << held;
    held += width;
    while (held >= 8) {
      out[at++] = bits & 0xff;
      bits >>>= 8;
      held -= 8;
    }
  }
  return at;
}

function isConstant(indices: Uint16Array, count: number): boolean {
  for (let i = 1; i < count; i++) if (indices[i] !== indices[0]) return false;
  return true;
}
