import { describe, expect, it } from 'vitest';
import { BlockPool } from './block-pool.ts';

describe('a pool of blocks', () => {
  it('gives a block again that came back, also as a view of its first bytes', () => {
    const pool = new BlockPool(100, 2);
    const block = pool.take();
    pool.give(block.subarray(0, 7));
    const again = pool.take();
    expect(again.buffer).toBe(block.buffer);
    expect(again).toHaveLength(100);
    expect(pool.take().buffer).not.toBe(block.buffer);
  });

  it('keeps no more than it may, and nothing that is not its own', () => {
    const pool = new BlockPool(100, 1);
    const blocks = [pool.take(), pool.take()];
    for (const block of blocks) pool.give(block);
    pool.give(new Uint8Array(99));
    pool.give(new Uint8Array(100).subarray(1));
    expect(pool.take().buffer).toBe(blocks[0]?.buffer);
    expect(blocks.map((block) => block.buffer)).not.toContain(pool.take().buffer);
  });

  it('says when as many are out as are used at once', () => {
    const pool = new BlockPool(100, 3, 2);
    const first = pool.take();
    expect(pool.isUsedUp).toBe(false);
    pool.take();
    expect(pool.isUsedUp).toBe(true);
    pool.give(first);
    expect(pool.isUsedUp).toBe(false);
  });
});
