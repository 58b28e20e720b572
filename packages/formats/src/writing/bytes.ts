import { Buffer } from 'node:buffer';

/** The bytes of a text, as the buffer that they are searched and copied from. */
export function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

/** Writes a literal at `out[at]`; the offset after it. For a few bytes: a native copy costs more than a loop there. */
export function putLiteral(out: Uint8Array, at: number, literal: Uint8Array): number {
  for (let i = 0; i < literal.length; i++) out[at + i] = literal[i]!;
  return at + literal.length;
}

/** Most bytes of a whole number up to 2^53. */
export const MAX_INTEGER_BYTES = 16;

/** Writes a whole number from 0; the offset after it. */
export function putInteger(out: Uint8Array, at: number, value: number): number {
  let length = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) length += 1;
  let rest = value;
  for (let i = at + length - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    out[i] = 0x30 + (rest - next * 10);
    rest = next;
  }
  return at + length;
}
