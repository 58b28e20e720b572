import type { RandomAccess } from '@batchrock/core';
import { readRange } from './read-range.ts';
import { SharedBlock } from './shared-block.ts';

/** A read that is under way or has ended: the bytes of the file from `from` on. */
interface Ahead {
  readonly block: SharedBlock;
  readonly done: Promise<void>;
  isDone: boolean;
  /** What is not taken yet. */
  from: number;
  bytes: Uint8Array;
}

/** The piece of a remote file that comes next, asked for before anybody needs it. One piece at a time. */
export class ReadAhead {
  readonly #access: RandomAccess;
  readonly #signal: AbortSignal | undefined;
  #ahead: Ahead | undefined;

  constructor(access: RandomAccess, signal: AbortSignal | undefined) {
    this.#access = access;
    this.#signal = signal;
  }

  /** Asks for the bytes `[from, to)`, unless what was asked for before is not all taken. */
  begin(from: number, to: number): void {
    if (this.#ahead !== undefined || to <= from) return;
    const block = new SharedBlock();
    const bytes = block.room(to - from);
    const ahead: Ahead = { block, bytes, from, isDone: false, done: readRange(this.#access, from, bytes, this.#signal) };
    this.#ahead = ahead;
    const ended = () => {
      ahead.isDone = true;
      // nobody waits for it any more
      if (this.#ahead !== ahead) block.release();
    };
    // a failure is told to whoever takes the bytes
    ahead.done.then(ended, ended);
  }

  /** The end of what was asked for from byte `from` on; 0: nothing was. */
  endFrom(from: number): number {
    return this.#ahead?.from === from ? from + this.#ahead.bytes.length : 0;
  }

  /** Copies what is there from byte `from` on; the number of bytes. Throws what the read has thrown. */
  async take(from: number, target: Uint8Array): Promise<number> {
    const ahead = this.#ahead;
    if (ahead === undefined || ahead.from !== from) return 0;
    await ahead.done;
    // it was closed meanwhile
    if (this.#ahead !== ahead) return 0;
    const length = Math.min(target.length, ahead.bytes.length);
    target.set(ahead.bytes.subarray(0, length));
    ahead.from += length;
    ahead.bytes = ahead.bytes.subarray(length);
    if (ahead.bytes.length === 0) this.close();
    return length;
  }

  /** Forgets what was asked for. Memory that a read still writes into is given back when that has ended. */
  close(): void {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead?.isDone) ahead.block.release();
  }
}
