import { Buffer } from 'node:buffer';
import { constants, crc32, createZstdCompress, type ZstdCompress } from 'node:zlib';
import { InvariantError } from '@batchrock/core';
import { Codec } from './file-layout.ts';

/** Compression of a file's pages. */
export type ParquetCompression = 'zstd' | 'none';

/**
 * How a page is compressed: `matches` looks for what repeats in it, `bytes` only gives frequent bytes fewer bits. The second is
 * more than twice as fast where little repeats, as in texts that are not like each other.
 */
type Coding = 'matches' | 'bytes';

/** Tables that stay in the processor's first caches: a fifth faster than level 1 by itself, and a twelfth larger. */
const MATCHES = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_windowLog]: 17,
  [constants.ZSTD_c_hashLog]: 13,
};

/** With so small a table hardly anything is found, and zstd soon looks at few places only. */
const BYTES = {
  ...MATCHES,
  [constants.ZSTD_c_strategy]: constants.ZSTD_fast,
  [constants.ZSTD_c_hashLog]: 6,
  [constants.ZSTD_c_minMatch]: 7,
};

const PARAMS = { matches: MATCHES, bytes: BYTES };

/** What is tried of the first page of a chunk. */
const TRIED_BYTES = 1 << 17;

/** Matches are looked for where a page becomes smaller by them than this share of what it is without. */
const WORTH = 0.7;

/** Bytes of pages that are under way or wait for it: eight of the usual size. */
const MOST_BYTES = 8 << 20;

/** Pages that are compressed at the same time: libuv's other two threads are for files, which would else wait behind pages. */
const MOST_AT_ONCE = 2;

/** Room for a compressed page of the usual size, however little it shrinks. */
const PACKED_BYTES = 1_200_000;

/** A compressed page: its bytes count until `done`, which has to be called. Without compression they are the page itself. */
export interface PackedPage {
  readonly bytes: Uint8Array;
  done(): void;
}

/** Of one column chunk: how its pages are compressed, tried with the first of them. */
export interface ChunkCoding {
  tried?: Promise<Coding>;
}

/** Compresses pages on libuv's threads, some at a time. A chunk's pages are the same bytes, whatever was compressed before. */
export class PageCompressor {
  readonly codec: Codec;
  /** Bytes of the pages that are not done. */
  #underWay = 0;
  readonly #idle: Readonly<Record<Coding, FrameStream[]>> = { matches: [], bytes: [] };
  #waiting: (() => void) | undefined;
  /** Pages that are compressed now, and those that are to be next. */
  #atOnce = 0;
  readonly #queue: (() => void)[] = [];

  constructor(compression: ParquetCompression) {
    this.codec = compression === 'zstd' ? Codec.zstd : Codec.none;
  }

  /** True while no more pages should be given. */
  get isBusy(): boolean {
    return this.#underWay >= MOST_BYTES;
  }

  /** Resolves when a page can be given. One caller at a time. */
  ready(): Promise<void> {
    if (!this.isBusy) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Compresses a page; `chunk` is changed with the first of a chunk. */
  async compress(body: Uint8Array, chunk: ChunkCoding): Promise<PackedPage> {
    if (this.codec === Codec.none) return { bytes: body, done: () => undefined };
    const { length } = body;
    this.#underWay += length;
    try {
      chunk.tried ??= this.#try(body.subarray(0, TRIED_BYTES));
      const { bytes, done } = await this.#compress(body, await chunk.tried);
      return {
        bytes,
        done: () => {
          done();
          this.#done(length);
        },
      };
    } catch (error) {
      this.#done(length);
      throw error;
    }
  }

  async #try(sample: Uint8Array): Promise<Coding> {
    const [matches, bytes] = await Promise.all([this.#compress(sample, 'matches'), this.#compress(sample, 'bytes')]);
    const coding = matches.bytes.length < WORTH * bytes.bytes.length ? 'matches' : 'bytes';
    matches.done();
    bytes.done();
    return coding;
  }

  async #compress(body: Uint8Array, coding: Coding): Promise<PackedPage> {
    if (this.#atOnce === MOST_AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#atOnce += 1;
    const idle = this.#idle[coding];
    const stream = idle.pop() ?? new FrameStream(coding);
    let bytes: Uint8Array;
    try {
      bytes = await stream.compress(body);
    } finally {
      // its place goes to the next, or is free
      const next = this.#queue.shift();
      if (next === undefined) this.#atOnce -= 1;
      else next();
    }
    return {
      bytes,
      done() {
        stream.clear();
        idle.push(stream);
      },
    };
  }

  #done(bytes: number): void {
    this.#underWay -= bytes;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }
}

/** The checksum of a page, as its header has it. */
export function pageChecksum(bytes: Uint8Array): number {
  return crc32(bytes);
}

/** What Node's stream keeps of its output: how much of its block is used. */
interface OutputOfStream {
  _outOffset?: number;
}

/**
 * Makes one frame of each page. A stream is kept from page to page, its tables and the block that it writes to with it: the
 * collector of garbage, which counts both, would run every few pages. A frame does not depend on those before it.
 */
class FrameStream {
  readonly #stream: ZstdCompress;
  #pieces: Buffer[] = [];
  #reject: (error: unknown) => void = () => undefined;

  constructor(coding: Coding) {
    this.#stream = createZstdCompress({
      params: PARAMS[coding],
      // each write is a frame: from the page to the block, with no copy between
      flush: constants.ZSTD_e_end,
      chunkSize: PACKED_BYTES,
    });
    this.#stream.on('data', (piece: Buffer) => this.#pieces.push(piece));
    this.#stream.on('error', (error) => this.#reject(new InvariantError('a page could not be compressed', { cause: error })));
  }

  /** One page at a time. The bytes count until `clear`. */
  compress(body: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#stream.write(body, () => {
        // what the stream has kept back comes to the listener above
        while (this.#stream.read() !== null);
        const pieces = this.#pieces;
        this.#pieces = [];
        resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
      });
    });
  }

  /** Begins the block anew. A version of Node that keeps no such number takes a new block when the one at hand is full. */
  clear(): void {
    const output = this.#stream as OutputOfStream;
    if (typeof output._outOffset === 'number') output._outOffset = 0;
  }
}
