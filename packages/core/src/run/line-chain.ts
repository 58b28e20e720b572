import { StateError } from '../errors/index.ts';
import type { CallOptions, ObjectStore } from '../ports/index.ts';
import { LineReader } from './line-reader.ts';
import { checkCancelled } from './tolerance.ts';

/** Lines of several objects, one after the other, as if they were one. Each is opened when the one before it has ended. */
export class LineChain {
  /** The line: `bytes[start..end)`. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** The object that the line stands in. */
  key = '';
  readonly #objects: ObjectStore;
  readonly #keys: Iterator<string>;
  readonly #options: CallOptions;
  #reader: LineReader | undefined;

  constructor(objects: ObjectStore, keys: Iterable<string>, options: CallOptions = {}) {
    this.#objects = objects;
    this.#keys = keys[Symbol.iterator]();
    this.#options = options;
  }

  /** Goes to the next line; false when it is not in memory: `fill`. `guess`: see `LineReader`. */
  next(guess?: (bytes: Uint8Array, from: number, to: number) => number): boolean {
    const reader = this.#reader;
    if (reader === undefined || !reader.next(guess)) return false;
    this.bytes = reader.bytes;
    this.start = reader.start;
    this.end = reader.end;
    return true;
  }

  /** Lets `taker` go over the lines in memory: see `LineReader`. */
  take(taker: (bytes: Uint8Array, from: number, to: number) => number): void {
    this.#reader?.take(taker);
  }

  /** Makes at least one more line available; false at the end of the last object. */
  async fill(): Promise<boolean> {
    for (;;) {
      if (this.#reader !== undefined && (await this.#reader.fill())) return true;
      const next = this.#keys.next();
      if (next.done) {
        await this.close();
        return false;
      }
      await this.#open(next.value);
    }
  }

  /** The line at hand is void after it. */
  async close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    try {
      await reader?.close();
    } finally {
      reader?.release();
    }
  }

  async #open(key: string): Promise<void> {
    checkCancelled(this.#options.signal);
    const last = this.#reader;
    await last?.close();
    const source = await this.#objects.open(key, this.#options);
    if (source === undefined) throw objectMissing(this.#objects, key);
    this.#reader = new LineReader(source, { after: last, readsAhead: true });
    this.key = key;
  }
}

/** An object that the ledger says is there is not. */
export function objectMissing(objects: ObjectStore, key: string): StateError {
  return new StateError('BR-E0208', `${objects.uri}/${key} is gone; restore it, or start the run anew with --new`, {
    details: { key },
  });
}
