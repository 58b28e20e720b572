/** Copies a few bytes; the offset after them. A loop is quicker there than a native copy. */
export function put(out: Uint8Array, at: number, literal: Uint8Array): number {
  for (let i = 0; i < literal.length; i++) out[at + i] = literal[i]!;
  return at + literal.length;
}

/** Digits of a whole number from 0. */
export function digits(value: number): number {
  let count = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) count += 1;
  return count;
}

/** Writes a whole number from 0; the offset after it. */
export function putInteger(out: Uint8Array, at: number, value: number): number {
  const end = at + digits(value);
  let rest = value;
  for (let i = end - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    out[i] = 0x30 + (rest - next * 10);
    rest = next;
  }
  return end;
}
