import { BlockPool, pageMemory } from '@batchrock/core';

/** What stays in the processor's cache. */
export const BLOCK_BYTES: number = 1 << 18;
/** What a large file is written in: each write costs some fifty microseconds beside its bytes. */
export const LARGE_BLOCK_BYTES: number = 1 << 20;

/** For the files and compressors of this thread. */
export const blocks: BlockPool = new BlockPool(BLOCK_BYTES, 16);
/** For its large files, two each, in memory that can be written around the kernel's cache as it is. */
export const largeBlocks: BlockPool = new BlockPool(LARGE_BLOCK_BYTES, 4, 4, (bytes) => {
  const memory = pageMemory(bytes);
  return memory === undefined ? new Uint8Array(bytes) : new Uint8Array(memory);
});
