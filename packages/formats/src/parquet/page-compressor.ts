import { Buffer } from 'node:buffer';
import { constants, crc32, createZstdCompress, type ZstdCompress } from 'node:zlib';
import { InvariantError } from '@batchrock/core';
import { Codec } from './file-layout.ts';

/** Compression of a file's pages. */
export type ParquetCompression = 'zstd' | 'none';

/** Tables that stay in the processor's first caches: a fifth faster than level 1 by itself, and a twelfth larger. */
const PARAMS = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_windowLog]: 17,
  [constants.ZSTD_c_hashLog]: 13,
};

/** Pages that are compressed at the same time: libuv has four threads. */
const MOST_AT_ONCE = 4;

/** Room for a compressed page of the usual size, however little it shrinks. */
const PACKED_BYTES = 1_200_000;

/** A compressed page: its bytes count until `done`, which has to be called. Without compression they are the page itself. */
export interface PackedPage {
  readonly bytes: Uint8Array;
  done(): void;
}

/** Compresses pages on libuv's threads, some at a time. */
export class PageCompressor {
  readonly codec: Codec;
  #underWay = 0;
  readonly #idle: FrameStream[] = [];
  #waiting: (() => void) | undefined;

  constructor(compression: ParquetCompression) {
    this.codec = compression === 'zstd' ? Codec.zstd : Codec.none;
  }

  /** True while no more pages should be given. */
  get isBusy(): boolean {
    return this.#underWay >= MOST_AT_ONCE;
  }

  /** Resolves when a page can be given. One caller at a time. */
  ready(): Promise<void> {
    if (!this.isBusy) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async compress(body: Uint8Array): Promise<PackedPage> {
    if (this.codec === Codec.none) return { bytes: body, done: () => undefined };
    this.#underWay += 1;
    const stream = this.#idle.pop() ?? new FrameStream();
    try {
      const bytes = await stream.compress(body);
      return { bytes, done: () => this.#done(stream) };
    } catch (error) {
      this.#done(undefined);
      throw error;
    }
  }

  #done(stream: FrameStream | undefined): void {
    stream?.clear();
    if (stream !== undefined) this.#idle.push(stream);
    this.#underWay -= 1;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }
}

/** The checksum of a page, as its header has it. */
export function pageChecksum(bytes: Uint8Array): number {
  return crc32(bytes);
}

/** What Node's stream keeps of its output: the block, and how much of it is used. */
interface OutputOfStream {
  _outOffset?: number;
}

/**
 * Makes one frame of each page. A stream is kept from page to page, its tables and the block that it writes to with it: the
 * collector of garbage, which counts both, would run every few pages. A frame does not depend on those before it.
 */
class FrameStream {
  readonly #stream: ZstdCompress = createZstdCompress({
    params: PARAMS,
    // each write is a frame: from the page to the block, with no copy between
    flush: constants.ZSTD_e_end,
    chunkSize: PACKED_BYTES,
  });
  #pieces: Buffer[] = [];
  #reject: (error: unknown) => void = () => undefined;

  constructor() {
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
    if (output._outOffset !== undefined) output._outOffset = 0;
  }
}
