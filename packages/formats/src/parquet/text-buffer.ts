import { type ByteView, byteView } from '@batchrock/core';

const FIRST_BYTES = 1 << 12;
const KEPT_BYTES = 1 << 20;

/** Text that grows up to a limit; what comes behind it is counted as too much and not kept. */
export class TextBuffer {
  view: ByteView = byteView(new Uint8Array(FIRST_BYTES));
  length = 0;
  isFull = false;
  #most = 0;

  /** Empties it, for a text of `most` bytes at most. What an unusually long one has taken is given back. */
  clear(most: number): void {
    this.#most = most;
    this.length = 0;
    this.isFull = false;
    if (this.view.bytes.length > KEPT_BYTES) this.view = byteView(new Uint8Array(FIRST_BYTES));
  }

  /** Whether so many bytes more are within the limit. */
  couldHold(count: number): boolean {
    return this.length + count <= this.#most;
  }

  /** Makes room for so many bytes; false, now and from now on, when that is beyond the limit. */
  hasRoom(count: number): boolean {
    if (this.isFull) return false;
    const wanted = this.length + count;
    if (wanted <= this.view.bytes.length) return true;
    if (wanted > this.#most) {
      this.isFull = true;
      return false;
    }
    const larger = new Uint8Array(Math.min(this.#most, Math.max(wanted, 2 * this.view.bytes.length)));
    larger.set(this.view.bytes.subarray(0, this.length));
    this.view = byteView(larger);
    return true;
  }

  put(byte: number): void {
    if (this.hasRoom(1)) this.view.bytes[this.length++] = byte;
  }

  append(literal: Uint8Array): void {
    if (!this.hasRoom(literal.length)) return;
    this.view.bytes.set(literal, this.length);
    this.length += literal.length;
  }
}
