import { InvariantError } from '../errors/index.ts';
import { releaseBlock, takeBlock } from '../record/index.ts';

/** What a run needs of its file. */
interface RunFile {
  append(bytes: Uint8Array): Promise<number>;
  readAt(offset: number, block: Uint8Array): Promise<number>;
}

/** A line of a slot, in a block. */
interface Entry {
  readonly slot: number;
  readonly block: Uint8Array;
  readonly at: number;
  readonly length: number;
}

/** Before each line: its slot and its length, 4 bytes each. */
const HEADER = 8;
const WRITE_BYTES = 1 << 18;
const NO_BYTES = new Uint8Array(0);

/** Writes lines, sorted by slot, to the end of the file. `heldBytes`: about how many bytes they have. */
export async function spillRun(file: RunFile, entries: Iterable<Entry>, heldBytes: number): Promise<SpilledRun> {
  const staging = new Uint8Array(Math.max(HEADER, Math.min(WRITE_BYTES, heldBytes)));
  let used = 0;
  let start = -1;
  let bytes = 0;
  const append = async (block: Uint8Array) => {
    const at = await file.append(block);
    if (start < 0) start = at;
    bytes += block.length;
  };
  for (const entry of entries) {
    if (used + HEADER + entry.length > staging.length) {
      await append(staging.subarray(0, used));
      used = 0;
    }
    putUint32(staging, used, entry.slot);
    putUint32(staging, used + 4, entry.length);
    used += HEADER;
    if (used + entry.length > staging.length) {
      await append(staging.subarray(0, used));
      await append(entry.block.subarray(entry.at, entry.at + entry.length));
      used = 0;
    } else {
      staging.set(entry.block.subarray(entry.at, entry.at + entry.length), used);
      used += entry.length;
    }
  }
  if (used > 0) await append(staging.subarray(0, used));
  return new SpilledRun(file, Math.max(0, start), bytes);
}

/** Reads one run forward, a block at a time. */
export class SpilledRun {
  readonly #file: RunFile;
  #next: number;
  readonly #end: number;
  #filled = 0;
  /** The header that comes next. */
  #cursor = 0;
  block: Uint8Array = new Uint8Array(0);
  at = 0;
  length = 0;

  constructor(file: RunFile, start: number, bytes: number) {
    this.#file = file;
    this.#next = start;
    this.#end = start + bytes;
  }

  open(blockBytes: number): void {
    this.block = takeBlock(blockBytes);
  }

  /** Gives the block back; its lines are void. */
  close(): void {
    releaseBlock(this.block);
    this.block = NO_BYTES;
  }

  /** Goes on to the line of this slot, past lines that another run has taken the place of; false: `fill` first. */
  seek(slot: number): boolean {
    for (;;) {
      if (this.#cursor + HEADER > this.#filled) return false;
      const found = getUint32(this.block, this.#cursor);
      const length = getUint32(this.block, this.#cursor + 4);
      if (this.#cursor + HEADER + length > this.#filled) return false;
      if (found > slot) throw new InvariantError(`slot ${slot} is not in its run, which is at slot ${found}`);
      this.at = this.#cursor + HEADER;
      this.length = length;
      this.#cursor = this.at + length;
      if (found === slot) return true;
    }
  }

  /** Reads on, keeping what is not yet used. */
  async fill(): Promise<void> {
    if (this.#next >= this.#end) throw new InvariantError('a spilled run ended before its last slot');
    this.block.copyWithin(0, this.#cursor, this.#filled);
    this.#filled -= this.#cursor;
    this.#cursor = 0;
    this.#grow();
    const room = Math.min(this.block.length - this.#filled, this.#end - this.#next);
    const read = await this.#file.readAt(this.#next, this.block.subarray(this.#filled, this.#filled + room));
    if (read === 0) throw new InvariantError('a spilled run is shorter than it was written');
    this.#next += read;
    this.#filled += read;
  }

  /** A line may be larger than the block. */
  #grow(): void {
    const needed = this.#filled < HEADER ? HEADER : HEADER + getUint32(this.block, 4);
    if (needed <= this.block.length) return;
    const larger = new Uint8Array(needed);
    larger.set(this.block.subarray(0, this.#filled));
    releaseBlock(this.block);
    this.block = larger;
  }
}

function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function getUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
