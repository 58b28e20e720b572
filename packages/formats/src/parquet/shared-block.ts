import { releaseBlock, takeBlock } from '@batchrock/core';

/** Larger pages stay out of the kernel's memory, which is not large. */
const MAX_SHARED_BYTES = 48 << 20;

const NO_BYTES = new Uint8Array(0);

/** A block that holds one page after the other: in the kernel's memory, where text is decoded, escaped and copied faster. */
export class SharedBlock {
  #block: Uint8Array = NO_BYTES;

  /** Room for so many bytes, of which the first are those of `kept`, wherever they are. What else it held is void. */
  room(length: number, kept: Uint8Array = NO_BYTES): Uint8Array {
    const last = this.#block;
    if (length > last.length) this.#block = length > MAX_SHARED_BYTES ? new Uint8Array(length) : takeBlock(length);
    // a copy within one block may overlap itself, which `set` minds
    this.#block.set(kept);
    if (last !== this.#block) releaseBlock(last);
    return this.#block.subarray(0, length);
  }

  /** The bytes, copied here unless they are here already. */
  hold(bytes: Uint8Array): Uint8Array {
    const isHere = bytes.buffer === this.#block.buffer && bytes.byteOffset === this.#block.byteOffset;
    return isHere ? bytes : this.room(bytes.length, bytes);
  }

  release(): void {
    releaseBlock(this.#block);
    this.#block = NO_BYTES;
  }
}
