import type { ByteSource, ObjectStore, OpenOptions } from '../ports/index.ts';
import { objectMissing } from './line-chain.ts';

/**
 * Reads a span of an object by ranges as large as the blocks that are to be filled. Between them nothing is held open: of
 * spans that are read by turns there may be more than connections.
 */
export function openPieces(objects: ObjectStore, key: string, options: OpenOptions): ByteSource {
  let position = options.from ?? 0;
  const end = options.to ?? Number.POSITIVE_INFINITY;
  return {
    async readInto(block) {
      const to = Math.min(end, position + block.length);
      if (to <= position) return 0;
      const source = await objects.open(key, { ...options, from: position, to });
      if (source === undefined) throw objectMissing(objects, key);
      try {
        const length = await source.readInto(block.subarray(0, to - position));
        position += length;
        return length;
      } finally {
        await source.close();
      }
    },
    close: async () => undefined,
  };
}
