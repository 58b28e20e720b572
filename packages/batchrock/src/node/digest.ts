import { createHash, hash } from 'node:crypto';
import type { Digest } from '@batchrock/core';

/** SHA-256 of node:crypto. */
export const nodeDigest: Digest = {
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
  start() {
    const running = createHash('sha256');
    return {
      update(bytes) {
        running.update(bytes);
      },
      hex: () => running.digest('hex'),
    };
  },
};
