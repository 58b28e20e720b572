import type { ByteSource } from '../ports/index.ts';
import { releaseBlock, takeBlock } from '../record/index.ts';

/** Bytes read at once: few for a small object, more while there is more to read. */
const FIRST_BLOCK_BYTES = 1 << 16;
const BLOCK_BYTES = 1 << 20;
/** Larger blocks, for single long lines, are not taken out of the memory that all readers share. */
const MAX_SHARED_BYTES = 8 << 20;
/** A longer line is skipped: nothing that we or the service write is as long. */
const MAX_LINE_BYTES = 64 << 20;
const NO_BYTES = new Uint8Array(0);
/** Of a block that is read ahead, free at its front for the begin of a line whose rest it has. */
const GAP_SHARE = 1 / 16;

/** How lines are read. */
export interface LineReaderOptions {
  readonly blockBytes?: number;
  /** What a block grows to where there is more to read. */
  readonly usualBlockBytes?: number;
  readonly maxLineBytes?: number;
  /** Read the next block while the lines of this one are looked at, where there is more than one: two blocks. */
  readonly readsAhead?: boolean;
  /** Closed, and goes no further: its blocks are used again. */
  readonly after?: LineReader | undefined;
}

/**
 * Lines of one object, as offsets into one block. `while (await reader.fill()) while (reader.next()) …` has one promise a
 * block and none a line. Lines end at LF alone: U+2028 and CR are text. The last line needs no line end.
 */
export class LineReader {
  readonly #source: ByteSource;
  readonly #maxLineBytes: number;
  readonly #usualBlockBytes: number;
  readonly #readsAhead: boolean;
  bytes: Uint8Array;
  /** Of the line: `bytes[start..end)`, line end left out. */
  start = 0;
  end = 0;
  /** Lines that were longer than the longest that is read. */
  skipped = 0;
  #cursor = 0;
  #filled = 0;
  #ended = false;
  #skipping = false;
  /** The other block, while nothing is read into it. */
  #spare: Uint8Array = NO_BYTES;
  /** The read that is under way: it fills its block from the gap on. */
  #ahead: { readonly block: Uint8Array; readonly read: Promise<number> } | undefined;

  constructor(source: ByteSource, { after, ...options }: LineReaderOptions = {}) {
    this.#source = source;
    this.#usualBlockBytes = options.usualBlockBytes ?? BLOCK_BYTES;
    this.#maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
    this.#readsAhead = options.readsAhead ?? false;
    this.bytes = after?.bytes ?? takeBlock(options.blockBytes ?? FIRST_BLOCK_BYTES);
    if (after !== undefined) this.#spare = after.#spare;
  }

  /**
   * Goes to the next line; false when the block has no whole one left: `fill`. `guess` may know where a line ends that begins
   * at `from`, from what stands in it: the place of its LF, or -1; it spares the search for it.
   */
  next(guess?: (bytes: Uint8Array, from: number, to: number) => number): boolean {
    const guessed = guess === undefined || this.#cursor >= this.#filled ? -1 : guess(this.bytes, this.#cursor, this.#filled);
    const stop = guessed >= 0 ? guessed : this.#find();
    if (stop < 0) return false;
    this.start = this.#cursor;
    this.end = stop;
    this.#cursor = stop + 1;
    return true;
  }

  /** Lets `taker` go over the lines at hand, from the next one on: it says where the first is that it has not taken. */
  take(taker: (bytes: Uint8Array, from: number, to: number) => number): void {
    this.#cursor = taker(this.bytes, this.#cursor, this.#filled);
  }

  /** Makes at least one more line available; false at the end. Moves the block: offsets from before are void. */
  async fill(): Promise<boolean> {
    for (;;) {
      if (this.#ended) return this.#cursor < this.#filled;
      const read = this.#ahead === undefined ? await this.#read() : await this.#takeAhead(this.#ahead);
      const from = this.#filled - read;
      this.#startAhead();
      if (read === 0) {
        this.#ended = true;
        // what was skipped has no line end any more
        if (this.#skipping) this.#cursor = this.#filled;
      } else if (this.#skipping && !this.#skipTo(from)) continue;
      if (this.#find() >= 0) return true;
    }
  }

  /** The blocks stay: another reader may go on with them, or `release` them. */
  async close(): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    try {
      await this.#source.close();
    } finally {
      // it writes into its block for as long as it is under way
      await ahead?.read.catch(() => undefined);
      if (ahead !== undefined) this.#spare = ahead.block;
    }
  }

  /** Gives the blocks back; the lines are void. After `close`. */
  release(): void {
    releaseBlock(this.bytes);
    releaseBlock(this.#spare);
    this.bytes = this.#spare = NO_BYTES;
    this.#cursor = this.#filled = 0;
    this.#ended = true;
  }

  /** The end of the line at the cursor, -1 when it is not in the block. */
  #find(): number {
    if (this.#cursor >= this.#filled) return -1;
    const found = this.bytes.indexOf(10, this.#cursor);
    if (found >= 0 && found < this.#filled) return found;
    return this.#ended ? this.#filled : -1;
  }

  async #read(): Promise<number> {
    this.#makeRoom();
    const read = await this.#source.readInto(this.bytes.subarray(this.#filled));
    this.#filled += read;
    return read;
  }

  /** After a read that filled the block there is more to come, most likely. */
  #startAhead(): void {
    if (!this.#readsAhead || this.#filled < this.bytes.length || this.bytes.length < this.#usualBlockBytes) return;
    if (this.#spare.length !== this.#usualBlockBytes) {
      releaseBlock(this.#spare);
      this.#spare = takeBlock(this.#usualBlockBytes);
    }
    const block = this.#spare;
    this.#spare = NO_BYTES;
    const read = this.#source.readInto(block.subarray(this.#gap));
    read.catch(() => undefined);
    this.#ahead = { block, read };
  }

  get #gap(): number {
    return Math.floor(this.#usualBlockBytes * GAP_SHARE);
  }

  /** What was read ahead, behind the begin of its first line: that goes into the gap, or all of it behind a long one. */
  async #takeAhead({ block, read: reading }: { readonly block: Uint8Array; readonly read: Promise<number> }): Promise<number> {
    const read = await reading;
    this.#ahead = undefined;
    const gap = this.#gap;
    const rest = this.#filled - this.#cursor;
    if (rest <= gap && this.bytes.length === block.length) {
      block.set(this.bytes.subarray(this.#cursor, this.#filled), gap - rest);
      this.#spare = this.bytes;
      this.bytes = block;
      this.#cursor = gap - rest;
      this.#filled = gap + read;
      return read;
    }
    this.#makeRoom();
    while (this.bytes.length - this.#filled < read) this.#grow(2 * this.bytes.length);
    this.bytes.set(block.subarray(gap, gap + read), this.#filled);
    this.#filled += read;
    this.#spare = block;
    return read;
  }

  #makeRoom(): void {
    if (this.#cursor > 0) {
      // a block that was not full held the whole object, most likely
      const wasFull = this.#filled === this.bytes.length;
      this.bytes.copyWithin(0, this.#cursor, this.#filled);
      this.#filled -= this.#cursor;
      this.#cursor = 0;
      const isSmall = this.bytes.length >= FIRST_BLOCK_BYTES && this.bytes.length < this.#usualBlockBytes;
      if (isSmall && wasFull) this.#grow(this.#usualBlockBytes);
    }
    if (this.#filled < this.bytes.length) return;
    if (this.bytes.length >= this.#maxLineBytes) {
      this.skipped += 1;
      this.#skipping = true;
      this.#filled = 0;
      return;
    }
    this.#grow(Math.min(this.#maxLineBytes, this.bytes.length * 2));
  }

  #grow(size: number): void {
    const larger = size > MAX_SHARED_BYTES ? new Uint8Array(size) : takeBlock(size);
    larger.set(this.bytes.subarray(0, this.#filled));
    releaseBlock(this.bytes);
    this.bytes = larger;
  }

  /** Leaves the line that is too long behind; false when it goes on. */
  #skipTo(from: number): boolean {
    const found = this.bytes.indexOf(10, from);
    if (found < 0 || found >= this.#filled) {
      this.#filled = 0;
      return false;
    }
    this.#skipping = false;
    this.#cursor = found + 1;
    return true;
  }
}
