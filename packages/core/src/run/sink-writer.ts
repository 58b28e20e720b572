import type { ObjectInfo, ObjectSink } from '../ports/index.ts';
import type { OutputBlock } from '../record/index.ts';

/** Fills the blocks of a sink. Bytes may also be written straight into `out`, behind `out.length`, as far as they fit. */
export class SinkWriter {
  /** The block in hand. */
  readonly out: OutputBlock;
  readonly #sink: ObjectSink;
  readonly #onBlock: ((bytes: Uint8Array) => void) | undefined;

  /** `onBlock` sees every byte once, in order, before the sink does. */
  constructor(sink: ObjectSink, onBlock?: (bytes: Uint8Array) => void) {
    this.#sink = sink;
    this.#onBlock = onBlock;
    this.out = { bytes: sink.block(), length: 0 };
  }

  /** Copies `bytes[start..end)`; one promise for each block that is filled. */
  async write(bytes: Uint8Array, start = 0, end = bytes.length): Promise<void> {
    const { out } = this;
    for (let at = start; at < end; ) {
      const count = Math.min(end - at, out.bytes.length - out.length);
      out.bytes.set(bytes.subarray(at, at + count), out.length);
      out.length += count;
      at += count;
      if (out.length === out.bytes.length) await this.#flush(out.bytes);
    }
  }

  /** Gives the sink what is left: `commit` is all that may follow. */
  async end(): Promise<void> {
    if (this.out.length > 0) await this.#flush(this.out.bytes.subarray(0, this.out.length));
  }

  /** Makes the object visible. */
  async commit(): Promise<ObjectInfo> {
    await this.end();
    return this.#sink.commit();
  }

  abort(): Promise<void> {
    return this.#sink.abort();
  }

  async #flush(full: Uint8Array): Promise<void> {
    this.#onBlock?.(full);
    this.out.bytes = await this.#sink.write(full);
    this.out.length = 0;
  }
}
