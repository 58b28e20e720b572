import type { Compression } from '@batchrock/core';

/**
 * No compression: for objects that stay on this machine. Compressing the rows of a run would cost more than all the rest of
 * preparing it, and no network is saved.
 */
export const plainCompression: Compression = {
  suffix: '',
  compress: (sink) => sink,
  decompress: (source) => source,
};
