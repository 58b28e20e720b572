import { constants, crc32, zstdCompress } from 'node:zlib';
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

/** Compresses pages on libuv's threads, some at a time. */
export class PageCompressor {
  readonly codec: Codec;
  #underWay = 0;
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

  /** The compressed bytes, which count until `body` changes: without compression they are `body` itself. */
  async compress(body: Uint8Array): Promise<Uint8Array> {
    if (this.codec === Codec.none) return body;
    this.#underWay += 1;
    try {
      return await compressed(body);
    } finally {
      this.#underWay -= 1;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.();
    }
  }
}

/** The checksum of a page, as its header has it. */
export function pageChecksum(bytes: Uint8Array): number {
  return crc32(bytes);
}

function compressed(body: Uint8Array): Promise<Uint8Array> {
  // half a page at a time, which nearly always is enough: text shrinks to less
  const chunkSize = Math.max(1 << 10, body.length >> 1);
  return new Promise((resolve, reject) => {
    zstdCompress(body, { params: PARAMS, chunkSize, pledgedSrcSize: body.length }, (error, result) => {
      if (error) reject(new InvariantError('a page could not be compressed', { cause: error }));
      else resolve(result);
    });
  });
}
