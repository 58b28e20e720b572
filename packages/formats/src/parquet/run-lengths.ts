/**
 * Levels of a page in the RLE encoding, by runs alone: levels hardly ever change from row to row, and where they do the
 * compression takes the rest. Also bit-packs the indices of a dictionary.
 */
export class RunLengths {
  /** Encoded runs; the last run is not in it before `finish`. */
  bytes: Uint8Array = new Uint8Array(256);
  length = 0;
  #level = 0;
  #count = 0;

  /** `count` times the level, which is below 128. */
  add(level: number, count: number): void {
    if (level === this.#level) {
      this.#count += count;
      return;
    }
    this.#flush();
    this.#level = level;
    this.#count = count;
  }

  /** Ends the last run. */
  finish(): void {
    this.#flush();
    this.#count = 0;
  }

  clear(): void {
    this.length = 0;
    this.#count = 0;
  }

  #flush(): void {
    if (this.#count === 0) return;
    if (this.length + 6 > this.bytes.length) {
      const grown = new Uint8Array(2 * this.bytes.length);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.length = putVarint(this.bytes, this.length, this.#count * 2);
    this.bytes[this.length++] = this.#level;
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
