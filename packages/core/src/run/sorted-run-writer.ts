import type { Collector } from '../join/index.ts';
import type { ObjectSink } from '../ports/index.ts';
import { BlockWriter } from './block-writer.ts';

/**
 * Writes the outcome lines of a part as sorted runs, one behind the other, into one object: each time the memory for lines is
 * used up, and at the end. Whoever reads the object merges its runs. The object is made when the first run is.
 */
export class SortedRunWriter {
  /** Where each run begins, in bytes. A run that goes on behind the last row of the one before is no other run. */
  readonly starts: number[] = [];
  readonly #create: () => ObjectSink;
  #writer: BlockWriter | undefined;
  /** The slot that was written last, and whether a run is to begin. */
  #last = -1;
  #isNew = true;

  constructor(create: () => ObjectSink) {
    this.#create = create;
  }

  /** Writes the lines that are held as one run, and lets them go. */
  async writeHeld(collector: Collector): Promise<void> {
    this.begin();
    for (let slot = 0; slot < collector.slots; slot++) {
      const length = collector.line(slot);
      if (length > 0 && !this.put(slot, collector.block, collector.at, collector.at + length)) {
        await this.drain(length);
        this.put(slot, collector.block, collector.at, collector.at + length);
      }
    }
    collector.drop();
  }

  /** Begins a run. */
  begin(): void {
    this.#isNew = true;
  }

  /** Writes the line of a slot behind those of lower ones; false, and nothing written, when it has no room: `drain`. */
  put(slot: number, bytes: Uint8Array, start: number, end: number): boolean {
    this.#writer ??= new BlockWriter(this.#create());
    const at = this.#writer.position;
    if (!this.#writer.append(bytes, start, end)) return false;
    if (this.#isNew && (this.starts.length === 0 || slot <= this.#last)) this.starts.push(at);
    this.#isNew = false;
    this.#last = slot;
    return true;
  }

  async drain(size: number): Promise<void> {
    await this.#writer?.drain(size);
  }

  /** Makes the object visible, also one without a line. */
  async commit(): Promise<void> {
    this.#writer ??= new BlockWriter(this.#create());
    await this.#writer.commit();
  }

  /** Leaves no trace. */
  async abort(): Promise<void> {
    await this.#writer?.abort();
  }
}
