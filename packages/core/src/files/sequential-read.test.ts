import { describe, expect, it } from 'vitest';
import { takeAreas } from './areas.ts';
import type { ReadableFile } from './open-file.ts';
import { SequentialRead } from './sequential-read.ts';

const PAGE = 4096;
/** Three trials and a bit that is no whole page. */
const WHOLE = new Uint8Array((50 << 20) + 777).map((_, at) => (at * 7 + (at >> 12)) & 255);

/** Bytes a millisecond: from memory, from a disk, and from one that is far slower for who goes around the cache. */
const MEMORY = 5e6;
const DISK = 1e6;
const SLOW = 1e5;

/** A file of which each way gives bytes at its pace, on a clock that stands still but for that. */
class PacedFile {
  now = 0;
  closed = 0;
  readonly read = { cache: 0, around: 0 };

  /** `most`: bytes that a read gives. `fault`: what it fails with instead. */
  way(name: 'cache' | 'around', pace: number, { most = Number.POSITIVE_INFINITY, fault = '' } = {}): ReadableFile {
    return {
      read: async (bytes, offset, length, position) => {
        if (fault !== '') throw Object.assign(new Error(fault), { code: fault });
        if (name === 'around') expect([bytes.byteOffset % PAGE, length % PAGE, position % PAGE]).toEqual([0, 0, 0]);
        const part = WHOLE.subarray(position, position + Math.min(length, most));
        await new Promise<void>((done) => setImmediate(done));
        bytes.set(part, offset);
        this.now += part.length / pace;
        this.read[name] += part.length;
        return { bytesRead: part.length };
      },
      close: async () => {
        this.closed++;
      },
    };
  }
}

interface Paces {
  readonly cache: number;
  readonly around?: number;
  readonly isCold?: boolean;
  readonly way?: { readonly most?: number; readonly fault?: string };
}

/** Reads all of a span in blocks of odd sizes; how it came in. */
async function readAll({ cache, around, isCold = false, way }: Paces, { from = 0, to = Number.POSITIVE_INFINITY } = {}) {
  const file = new PacedFile();
  const bytes = new SequentialRead(
    file.way('cache', cache),
    { from, to },
    {
      openAround: async () => (around === undefined ? undefined : file.way('around', around, way)),
      now: () => file.now,
      isCold,
    },
  );
  const blocks: Uint8Array[] = [];
  for (const size = [200_000, 262_144, 1]; ; ) {
    const block = new Uint8Array(size[blocks.length % 3]!);
    const filled = await bytes.readInto(block);
    blocks.push(block.subarray(0, filled));
    if (filled < block.length) break;
  }
  await bytes.close();
  expect(Buffer.concat(blocks).equals(WHOLE.subarray(from, Math.min(to, WHOLE.length)))).toBe(true);
  return file;
}

describe('a file that is read from its beginning to its end', () => {
  it('comes through the cache where it is in there, or where there is no other way', async () => {
    expect((await readAll({ cache: MEMORY, around: DISK })).read.around).toBe(0);
    expect((await readAll({ cache: DISK })).read).toEqual({ cache: WHOLE.length, around: 0 });
  });

  it('comes around the cache where it is not in there, unless that is far slower', async () => {
    const cold = await readAll({ cache: DISK, around: DISK });
    expect(cold.read.around).toBeGreaterThan(30 << 20);
    expect(cold.closed).toBe(2);
    const slow = await readAll({ cache: DISK, around: SLOW });
    expect(slow.read.around).toBeLessThan(20 << 20);
    expect(slow.read.cache).toBeGreaterThan(30 << 20);
  });

  it('comes around it from the first byte where it is known not to be in there, and nothing behind its span is read', async () => {
    const spans = [
      [0, 1],
      [PAGE, 3 * PAGE],
      [5000, 5000 + (1 << 20)],
      [PAGE - 1, WHOLE.length - 5],
      [WHOLE.length - 10, Number.POSITIVE_INFINITY],
    ] as const;
    for (const [from, to] of spans) {
      const { read } = await readAll({ cache: DISK, around: DISK, isCold: true }, { from, to });
      expect(read.around).toBeLessThanOrEqual(Math.min(to, WHOLE.length) - from + 2 * PAGE);
      expect(read.cache).toBe(0);
    }
  });

  it('is whole where the way around it gives a part, or fails', async () => {
    const ways = [{ most: PAGE }, { most: 1000 }, { fault: 'EINVAL' }, { fault: 'EIO' }];
    for (const way of ways) {
      const file = await readAll({ cache: DISK, around: DISK, isCold: true, way });
      expect(file.read.cache).toBeGreaterThan(WHOLE.length - 2 * PAGE);
      expect(file.closed).toBe(2);
    }
  });

  it('tells what fails on the usual way', async () => {
    const file = new PacedFile();
    const broken = file.way('cache', DISK, { fault: 'EIO' });
    const bytes = new SequentialRead(broken, { from: 0, to: 10 }, { openAround: async () => undefined, now: () => 0 });
    await expect(bytes.readInto(new Uint8Array(10))).rejects.toThrow('EIO');
  });

  it('keeps no memory for itself, closed in the middle or at the end', async () => {
    for (let n = 0; n < 20; n++) {
      const file = new PacedFile();
      const openAround = async () => file.way('around', DISK);
      const options = { openAround, now: () => file.now, isCold: true };
      const bytes = new SequentialRead(file.way('cache', DISK), { from: 0, to: WHOLE.length }, options);
      await bytes.readInto(new Uint8Array(10));
      await bytes.close();
      expect(file.closed).toBe(2);
    }
    expect(takeAreas()).toBeDefined();
  });
});
