import { type ByteView, byteView } from '@batchrock/core';

/** Keeps the view of a block for as long as the block is the same: rows share their batch's, outcomes their file's. */
export class BlockViews {
  readonly #views: ByteView[] = [];
  readonly #slots: number;
  #next = 0;

  /** `slots`: blocks in use at once. */
  constructor(slots: number) {
    this.#slots = slots;
  }

  of(bytes: Uint8Array): ByteView {
    for (const view of this.#views) if (view.bytes === bytes) return view;
    const view = byteView(bytes);
    this.#views[this.#next] = view;
    this.#next = (this.#next + 1) % this.#slots;
    return view;
  }
}
