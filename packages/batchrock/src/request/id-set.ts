/** Marks a free slot: no hash is negative. */
const FREE = -1;
const FIRST_SLOTS = 1 << 12;
/** Above this share of its slots the table is doubled. */
const FULL = 0.6;

/**
 * Remembers texts by a hash of 53 bits, 16 bytes or so for each: says for certain that a text is new, and almost for certain that
 * one is not (two of a million texts have the same hash once in twenty thousand such sets).
 */
export class IdSet {
  #slots = new Float64Array(FIRST_SLOTS).fill(FREE);
  #size = 0;

  /** False when the text, or another one with its hash, is there already. */
  add(text: string): boolean {
    return this.#put(hashOf(text));
  }

  #put(hash: number): boolean {
    if (this.#size >= FULL * this.#slots.length) this.#grow();
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let found = this.#slots[slot]!; found !== FREE; found = this.#slots[slot]!) {
      if (found === hash) return false;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = hash;
    this.#size += 1;
    return true;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Float64Array(2 * before.length).fill(FREE);
    this.#size = 0;
    for (const hash of before) if (hash !== FREE) this.#put(hash);
  }
}

/** FNV-1a over the units of the text in two lanes, mixed and put together to 53 bits. */
export function hashOf(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ (unit + 0x5bd1), 0x85ebca6b);
    b ^= b >>> 13;
  }
  a = Math.imul(a ^ (a >>> 15), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x27d4eb2f);
  return ((a ^ (a >>> 16)) >>> 0) * 0x200000 + ((b ^ (b >>> 15)) >>> 11);
}
