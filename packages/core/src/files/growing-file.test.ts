import { describe, expect, it } from 'vitest';
import { GrowingFile } from './growing-file.ts';
import type { OpenFile, PageCache } from './open-file.ts';
import { pageMemory } from './page-memory.ts';

const AREA_BYTES = 1 << 19;

/** A file in memory, and what was written to it through each of its handles. */
class MemoryFile {
  readonly bytes = new Uint8Array(1 << 23);
  size = 0;
  closed = 0;

  /** `most`: bytes that a write takes. `fault`: what it fails with instead. */
  handle({ most = Number.POSITIVE_INFINITY, fault }: { most?: number; fault?: () => Error | undefined } = {}): OpenFile {
    let isClosed = false;
    return {
      write: async (bytes, offset, length, position) => {
        if (isClosed) throw Object.assign(new Error('closed'), { code: 'EBADF' });
        const error = fault?.();
        if (error) throw error;
        // the bytes are looked at when the system comes to it
        await new Promise<void>((done) => setImmediate(done));
        const bytesWritten = Math.min(most, length);
        this.bytes.set(bytes.subarray(offset, offset + bytesWritten), position);
        this.size = Math.max(this.size, position + bytesWritten);
        return { bytesWritten };
      },
      datasync: async () => undefined,
      close: async () => {
        isClosed = true;
        this.closed++;
      },
    };
  }

  get content(): Uint8Array {
    return this.bytes.subarray(0, this.size);
  }
}

function refused(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Five blocks and a bit, which differ. */
const BLOCKS = [0, 1, 2, 3, 4, 5].map((n) =>
  new Uint8Array(n === 5 ? 777 : AREA_BYTES / 2).map((_, at) => (n * 37 + at * 7) & 255),
);
const WHOLE = Buffer.concat(BLOCKS);

async function writeAll(memory: MemoryFile, around: OpenFile | undefined, cache: PageCache): Promise<void> {
  const file = new GrowingFile(memory.handle(), { syncBytes: 0, cache, openAround: async () => around });
  const block = new Uint8Array(AREA_BYTES / 2);
  for (const bytes of BLOCKS) {
    // one block for all: it is free as soon as it was written
    block.set(bytes);
    await file.write(block.subarray(0, bytes.length));
  }
  await file.end();
}

describe('a file that is written around the cache', () => {
  it('is whole where the way takes all, a part of it, or nothing', async () => {
    const ways = [{}, { most: 4096 }, { fault: () => refused('EINVAL') }, { fault: () => refused('EOPNOTSUPP') }];
    const spared: number[] = [];
    for (const way of ways) {
      const memory = new MemoryFile();
      const cache = { room: 0, spared: 0 };
      await writeAll(memory, memory.handle(way), cache);
      expect(WHOLE.equals(memory.content)).toBe(true);
      expect(memory.closed).toBe(2);
      spared.push(cache.spared);
    }
    expect(spared).toEqual([2 * AREA_BYTES, 8192, 0, 0]);
  });

  it('is whole where the way cannot be opened, and through the cache while that has room', async () => {
    for (const room of [0, 1 << 30]) {
      const memory = new MemoryFile();
      const cache = { room, spared: 0 };
      await writeAll(memory, room === 0 ? undefined : memory.handle(), cache);
      expect(WHOLE.equals(memory.content)).toBe(true);
      expect(cache).toEqual({ room: room - WHOLE.length, spared: 0 });
    }
  });

  it('is whole where blocks are pages of memory, which are written from where they are, and others are not', async () => {
    const pages = new Uint8Array(pageMemory(AREA_BYTES)!);
    const memory = new MemoryFile();
    const written: ArrayBufferLike[] = [];
    const around = memory.handle();
    const watched: OpenFile = {
      ...around,
      write: (bytes, ...rest) => {
        written.push(bytes.buffer);
        return around.write(bytes, ...rest);
      },
    };
    const file = new GrowingFile(memory.handle(), {
      syncBytes: 0,
      cache: { room: 0, spared: 0 },
      openAround: async () => watched,
    });
    const blocks = [pages, pages, BLOCKS[1]!, pages, BLOCKS[2]!, pages.subarray(0, 4096), BLOCKS[5]!];
    const expected: Uint8Array[] = [];
    for (const [n, block] of blocks.entries()) {
      if (block.buffer === pages.buffer) block.fill(n + 1);
      expected.push(block.slice());
      await file.write(block);
    }
    await file.end();
    expect(Buffer.concat(expected).equals(memory.content)).toBe(true);
    // the first goes through the cache, the one behind an area that is half full is copied
    expect(written.filter((buffer) => buffer === pages.buffer)).toHaveLength(2);
    expect(file.isAround).toBe(true);
  });

  it('leaves the cache where the kernel works more than a second a gigabyte', async () => {
    const block = new Uint8Array(1 << 20);
    const sparedBy = async (msPerBlock: number) => {
      let ms = 0;
      const cache: PageCache = { room: 1 << 30, spared: 0, kernelMs: () => (ms += msPerBlock) };
      const sink: OpenFile = {
        write: async (bytes) => ({ bytesWritten: bytes.length }),
        datasync: async () => undefined,
        close: async () => undefined,
      };
      const file = new GrowingFile(sink, { syncBytes: 0, cache, openAround: async () => sink });
      for (let n = 0; n < 200; n++) await file.write(block);
      await file.end();
      return cache.spared;
    };
    expect(await sparedBy(0.5)).toBe(0);
    expect(await sparedBy(2)).toBeGreaterThan(100 << 20);
  });

  it('tells what fails', async () => {
    for (const code of ['ENOSPC', 'EIO']) {
      const memory = new MemoryFile();
      const around = memory.handle({ fault: () => refused(code) });
      await expect(writeAll(memory, around, { room: 0, spared: 0 })).rejects.toThrow(code);
    }
  });

  it('is closed behind a write that is under way, so that its memory is nobody else’s before', async () => {
    const memory = new MemoryFile();
    const file = new GrowingFile(memory.handle(), {
      syncBytes: 0,
      cache: { room: 0, spared: 0 },
      openAround: async () => memory.handle(),
    });
    await file.write(new Uint8Array(4096));
    const writing = file.write(new Uint8Array(4 * AREA_BYTES).fill(1));
    await file.close();
    await writing;
    expect(memory.size).toBe(4096 + 4 * AREA_BYTES);
    await expect(file.write(new Uint8Array(1))).rejects.toThrow('closed');
  });
});
