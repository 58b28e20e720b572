import { addressOf, isBatchrockError, type RandomAccess, releaseBlock, takeBlock } from '@batchrock/core';
import { describe, expect, it } from 'vitest';
import { ChunkBytes } from './chunk-bytes.ts';

const BYTES = 1 << 16;

/** Reads that end when the test says so. */
class SlowAccess implements RandomAccess {
  readonly size = 1 << 20;
  target: Uint8Array = new Uint8Array(0);
  #resolve: () => void = () => undefined;
  readonly #ended = new Promise<void>((resolve) => {
    this.#resolve = resolve;
  });

  readInto = (_from: number, target: Uint8Array): Promise<void> => {
    this.target = target;
    return this.#ended;
  };

  end(): void {
    this.target.fill(0xaa);
    this.#resolve();
  }

  read(): Promise<Uint8Array> {
    throw new Error('not used');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('a column that is released while it is read', () => {
  it('keeps its memory until the read has ended, so that nobody else finds its bytes', async () => {
    const access = new SlowAccess();
    const bytes = new ChunkBytes(access, BYTES);
    bytes.open(0, BYTES);
    const filled = bytes.fill(100).catch((error: unknown) => error);
    const address = addressOf(access.target);
    expect(address).toBeGreaterThan(0);
    bytes.release();
    const next = takeBlock(BYTES).fill(1);
    access.end();
    expect(next.every((byte) => byte === 1)).toBe(true);
    const error = await filled;
    expect(isBatchrockError(error) && error.message).toBe('a column was closed while it was read');
    // and then gives it back
    const last = takeBlock(BYTES);
    expect(addressOf(last)).toBe(address);
    for (const block of [next, last]) releaseBlock(block);
  });
});
