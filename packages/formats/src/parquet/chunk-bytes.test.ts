import { addressOf, isBatchrockError, type RandomAccess, releaseBlock, takeBlock } from '@batchrock/core';
import fc from 'fast-check';
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

describe('a column of a remote file', () => {
  const FILE = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 2654435761) >>> 11);

  /** Answers in any order, and keeps count. */
  class RemoteAccess implements RandomAccess {
    readonly size = FILE.length;
    readonly isRemote = true;
    underWay = 0;
    most = 0;
    fails = false;
    readonly ranges: [number, number][] = [];

    readInto = async (from: number, target: Uint8Array): Promise<void> => {
      this.ranges.push([from, from + target.length]);
      this.most = Math.max(this.most, ++this.underWay);
      for (let turns = from % 7; turns >= 0; turns--) await Promise.resolve();
      this.underWay--;
      if (this.fails) throw new Error('away');
      target.set(FILE.subarray(from, from + target.length));
    };

    read(): Promise<Uint8Array> {
      throw new Error('not used');
    }

    close(): Promise<void> {
      return Promise.resolve();
    }
  }

  it('is read a piece ahead, each byte once, and gives the bytes of the chunk in their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 20_000 }),
        async (pieceBytes, wanted, start) => {
          const access = new RemoteAccess();
          const bytes = new ChunkBytes(access, pieceBytes);
          const end = FILE.length - (start % 977);
          bytes.open(start, end);
          let at = start;
          for (let i = 0; bytes.left > 0; i++) {
            await bytes.fill(Math.min(wanted[i % wanted.length]!, bytes.left));
            const taken = Math.min(wanted[i % wanted.length]!, bytes.available);
            expect(bytes.bytes.subarray(bytes.at, bytes.at + taken)).toEqual(FILE.subarray(at, at + taken));
            bytes.at += taken;
            at += taken;
          }
          expect(at).toBe(end);
          const read = access.ranges.toSorted((a, b) => a[0] - b[0]);
          expect(read.map(([from]) => from)).toEqual([start, ...read.slice(0, -1).map(([, to]) => to)]);
          expect(access.most).toBeLessThanOrEqual(2);
          bytes.release();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('tells a failure of what was read ahead to whoever needs the bytes, and to nobody when nobody does', async () => {
    for (const isNeeded of [true, false]) {
      const access = new RemoteAccess();
      const bytes = new ChunkBytes(access, 1000);
      bytes.open(0, 3000);
      const filled = bytes.fill(1000);
      await Promise.resolve();
      access.fails = false;
      await filled;
      access.fails = true;
      bytes.at = 1000;
      if (isNeeded) await expect(bytes.fill(10)).rejects.toThrow('away');
      bytes.release();
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});

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
