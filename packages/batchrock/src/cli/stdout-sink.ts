import type { ObjectInfo, ObjectSink } from '@batchrock/core';

const BLOCK_BYTES = 256 * 1024;

/** A sink whose blocks go out as they are full. What has been written cannot be taken back. */
export function createStdoutSink(write: (block: Uint8Array) => Promise<void>): ObjectSink {
  let size = 0;
  return {
    blockBytes: BLOCK_BYTES,
    block: () => new Uint8Array(BLOCK_BYTES),
    async write(full) {
      size += full.length;
      await write(full);
      return full.byteLength === BLOCK_BYTES ? full : new Uint8Array(BLOCK_BYTES);
    },
    commit: async (): Promise<ObjectInfo> => ({ key: '-', size, etag: '' }),
    abort: async () => undefined,
  };
}
