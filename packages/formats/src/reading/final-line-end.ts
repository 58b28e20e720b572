import type { ByteSource } from '@batchrock/core';

/**
 * The bytes of a source, and a line end (`newline`) behind them when they do not end with one: so that the first row of the
 * next source, copied behind its last row, does not become part of it.
 */
export function withFinalLineEnd(source: ByteSource, newline: number): ByteSource {
  // an empty source needs none
  let last = newline;
  return {
    async readInto(block) {
      const length = await source.readInto(block);
      if (length > 0) {
        last = block[length - 1]!;
        return length;
      }
      if (last === newline || block.length === 0) return 0;
      last = newline;
      block[0] = newline;
      return 1;
    },
    get bytesRead() {
      return source.bytesRead;
    },
    close: () => source.close(),
  };
}
