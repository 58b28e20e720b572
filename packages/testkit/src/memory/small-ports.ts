import type { Compression, Digest, Random, Scratch, ScratchFile } from '@batchrock/core';
import { loadDigest } from 'batchrock/node';

/** Numbers in [0, 1) that are the same for the same seed: a 32-bit counter, well stirred. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x9e3779b9) >>> 0;
      let bits = state;
      bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
      bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
      return ((bits ^ (bits >>> 15)) >>> 0) / 4_294_967_296;
    },
  };
}

/** The real hashes: they do no I/O, and tests compare with files that are hashed by them. */
export const nodeDigest: Digest = await loadDigest();

/** Compression that does nothing, so that a test can read what was kept. */
export const identityCompression: Compression = {
  suffix: '',
  compress: (sink) => sink,
  decompress: (source) => source,
};

/** Scratch space in memory. */
export class MemoryScratch implements Scratch {
  /** Files that are not closed yet: 0 at the end of a clean test. */
  open = 0;

  async create(): Promise<ScratchFile> {
    this.open += 1;
    let bytes = new Uint8Array(4096);
    let length = 0;
    return {
      append: async (more) => {
        while (length + more.length > bytes.length) {
          const larger = new Uint8Array(bytes.length * 2);
          larger.set(bytes);
          bytes = larger;
        }
        bytes.set(more, length);
        length += more.length;
        return length - more.length;
      },
      readAt: async (offset, block) => {
        const part = bytes.subarray(offset, Math.min(length, offset + block.length));
        block.set(part);
        return part.length;
      },
      close: async () => {
        this.open -= 1;
      },
    };
  }
}
