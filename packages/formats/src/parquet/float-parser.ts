import { Buffer } from 'node:buffer';
import { addressOf, type ByteView, kernelFunctions, releaseBlock, takeBlock } from '@batchrock/core';

/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** More digits than these may not fit into 53 bits. */
const EXACT_DIGITS = 15;

/** A count, and index, address and length of each of 64 numbers: see `parseFloats` of the kernel. */
const HARD_BYTES = 4 + 12 * 64;

/** Parses vectors by the kernel where they lie in its memory, else by `parseFloats`. `release` it. */
export class FloatParser {
  readonly #hard = takeBlock(HARD_BYTES);

  /**
   * Parses the JSON array of numbers `from.bytes[start..end)` into 32-bit floats (little-endian) at `at`, where there is room
   * for them; how many, -1 when it is no such array. Bit for bit what `Float32Array.from(JSON.parse(…))` makes of it.
   */
  parse(from: ByteView, start: number, end: number, to: ByteView, at: number): number {
    const hard = addressOf(this.#hard);
    if (from.address < 0 || to.address < 0 || hard < 0) return parseFloats(from.bytes, start, end, to.view, at);
    const count = kernelFunctions().parseFloats(from.address + start, from.address + end, to.address + at, hard);
    if (count === -2) return parseFloats(from.bytes, start, end, to.view, at);
    if (count > 0) this.#settle(from, to, at);
    return count;
  }

  release(): void {
    releaseBlock(this.#hard);
  }

  /** The numbers that the kernel has left. */
  #settle(from: ByteView, to: ByteView, at: number): void {
    const block = this.#hard;
    const words = new Uint32Array(block.buffer, block.byteOffset, HARD_BYTES / 4);
    for (let i = 0; i < words[0]!; i++) {
      const start = words[3 * i + 2]! - from.address;
      to.view.setFloat32(at + 4 * words[3 * i + 1]!, parseSlowly(from.bytes, start, start + words[3 * i + 3]!), true);
    }
  }
}

/** What `FloatParser.parse` does, in JavaScript. */
export function parseFloats(bytes: Uint8Array, start: number, end: number, out: DataView, at: number): number {
  if (end - start < 2 || bytes[start] !== 0x5b || bytes[end - 1] !== 0x5d) return -1;
  const last = end - 1;
  let i = start + 1;
  while (i < last && bytes[i]! <= 0x20) i += 1;
  if (i === last) return 0;
  let to = at;
  for (;;) {
    const first = i;
    let byte = bytes[i]!;
    const isNegative = byte === 0x2d;
    if (isNegative) byte = bytes[++i]!;
    // up to 15 digits are counted in; the point moves the exponent
    let digits = 0;
    let mantissa = 0;
    let exponent = 0;
    let isCut = false;
    for (; byte >= 0x30 && byte <= 0x39; byte = bytes[++i]!) {
      if (digits < EXACT_DIGITS) {
        mantissa = mantissa * 10 + (byte - 0x30);
        if (mantissa > 0) digits += 1;
      } else {
        exponent += 1;
        isCut ||= byte !== 0x30;
      }
    }
    if (byte === 0x2e) {
      for (byte = bytes[++i]!; byte >= 0x30 && byte <= 0x39; byte = bytes[++i]!) {
        if (digits < EXACT_DIGITS) {
          mantissa = mantissa * 10 + (byte - 0x30);
          if (mantissa > 0) digits += 1;
          exponent -= 1;
        } else isCut ||= byte !== 0x30;
      }
    }
    if (byte === 0x65 || byte === 0x45) {
      byte = bytes[++i]!;
      const isDown = byte === 0x2d;
      if (isDown || byte === 0x2b) byte = bytes[++i]!;
      let power = 0;
      for (; byte >= 0x30 && byte <= 0x39; byte = bytes[++i]!) if (power < 10_000) power = power * 10 + (byte - 0x30);
      exponent += isDown ? -power : power;
    }
    if (i === first) return -1;
    const number = toFloat(mantissa, exponent, isCut);
    // NaN: not settled by the quick way
    out.setFloat32(to, Number.isNaN(number) ? parseSlowly(bytes, first, i) : isNegative ? -number : number, true);
    to += 4;
    while (i < last && bytes[i]! <= 0x20) i += 1;
    if (i >= last) return i === last ? (to - at) / 4 : -1;
    if (bytes[i] !== 0x2c) return -1;
    i += 1;
    while (i < last && bytes[i]! <= 0x20) i += 1;
  }
}

/**
 * `mantissa * 10 ** exponent`, when one rounding makes it (Clinger); NaN when that cannot be told. A mantissa that was cut
 * stands for all values up to the next one: when both make the same 32-bit float, so does what lies between them.
 */
function toFloat(mantissa: number, exponent: number, isCut: boolean): number {
  if (exponent < -22 || exponent > 22) return mantissa === 0 && !isCut ? 0 : Number.NaN;
  if (!isCut) return exponent < 0 ? mantissa / POWERS[-exponent]! : mantissa * POWERS[exponent]!;
  const low = exponent < 0 ? mantissa / POWERS[-exponent]! : mantissa * POWERS[exponent]!;
  const high = exponent < 0 ? (mantissa + 1) / POWERS[-exponent]! : (mantissa + 1) * POWERS[exponent]!;
  return Math.fround(low) === Math.fround(high) ? low : Number.NaN;
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  return Number(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
}
