import { BlockPool } from '@batchrock/core';

/** What stays in the processor's cache. */
export const BLOCK_BYTES: number = 1 << 18;

/** For the files and compressors of this thread. */
export const blocks: BlockPool = new BlockPool(BLOCK_BYTES, 16);
