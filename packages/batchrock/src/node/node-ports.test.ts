import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteSource, ObjectSink } from '@batchrock/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileObjectStore, createFileSink, createScratch, nodeClock, openFileSource, zstdCompression } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-node-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function writeAll(sink: ObjectSink, bytes: Uint8Array): Promise<void> {
  let block = sink.block();
  for (let at = 0; at < bytes.length; at += sink.blockBytes) {
    const piece = bytes.subarray(at, at + sink.blockBytes);
    block.set(piece);
    block = await sink.write(piece.length === block.length ? block : block.subarray(0, piece.length));
  }
}

async function readAll(source: ByteSource, blockBytes = 1000): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const block = new Uint8Array(blockBytes);
  try {
    for (let n = await source.readInto(block); n > 0; n = await source.readInto(block)) pieces.push(block.slice(0, n));
  } finally {
    await source.close();
  }
  return Buffer.concat(pieces);
}

describe('a file sink', () => {
  it('shows the file only at commit, whole, and leaves nothing else behind', async () => {
    const path = join(folder, 'out.jsonl');
    const sink = createFileSink(path, { blockBytes: 10 });
    await writeAll(sink, Buffer.from('0123456789abcdefghijXYZ'));
    expect((await readdir(folder)).includes('out.jsonl')).toBe(false);
    const info = await sink.commit();
    expect(info.size).toBe(23);
    expect(await readFile(path, 'utf8')).toBe('0123456789abcdefghijXYZ');
    expect(await readdir(folder)).toEqual(['out.jsonl']);
  });

  it('leaves no trace when it is aborted', async () => {
    const sink = createFileSink(join(folder, 'out.jsonl'));
    await writeAll(sink, Buffer.from('half'));
    await sink.abort();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is whole, or gone without a trace, while the disk is at work on what was written before', async () => {
    const path = join(folder, 'large');
    const bytes = new Uint8Array(1 << 20).map((_, i) => i >> 12);
    for (const end of ['commit', 'abort'] as const) {
      const sink = createFileSink(path, { blockBytes: 1 << 12, syncBytes: 1 << 14 });
      await writeAll(sink, bytes);
      await sink[end]();
      expect(await readdir(folder)).toEqual(end === 'commit' ? ['large'] : []);
      if (end === 'commit') expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
      await rm(path, { force: true });
    }
  });

  it('gives larger blocks once the file is large, and keeps every byte', async () => {
    const path = join(folder, 'large');
    const sink = createFileSink(path, { sync: false });
    const given = createHash('md5');
    const sizes: number[] = [];
    let block = sink.block();
    for (let total = 0; total < 66 << 20; total += sizes.at(-1)!) {
      block.fill(sizes.length);
      given.update(block);
      sizes.push(block.length);
      block = await sink.write(block);
    }
    await sink.commit();
    expect([sizes[0], sizes.at(-1)]).toEqual([1 << 18, 1 << 20]);
    const found = createHash('md5').update(await readFile(path));
    expect(found.digest('hex')).toBe(given.digest('hex'));
  });

  it('never replaces a file that appeared meanwhile when it was told not to', async () => {
    const path = join(folder, 'out.jsonl');
    const sink = createFileSink(path, { ifAbsent: 'output' });
    await writeAll(sink, Buffer.from('ours'));
    await writeFile(path, 'theirs');
    await expect(sink.commit()).rejects.toMatchObject({ code: 'BR-E0111' });
    expect(await readFile(path, 'utf8')).toBe('theirs');
    expect(await readdir(folder)).toEqual(['out.jsonl']);
  });
});

describe('a file source', () => {
  it('reads a span of a file in blocks of any size', async () => {
    const path = join(folder, 'in');
    await writeFile(path, '0123456789');
    expect(Buffer.from(await readAll(await openFileSource(path, 2, 9), 3)).toString()).toBe('2345678');
  });

  it('reads any span of what was written around the cache, and of what grew since', async () => {
    const path = join(folder, 'large');
    const sink = createFileSink(path, { cache: { room: 0, spared: 0 }, sync: false });
    const whole = new Uint8Array((3 << 20) + 99).map((_, at) => (at * 11 + (at >> 12)) & 255);
    await writeAll(sink, whole);
    await sink.commit();
    for (const [from, to] of [
      [0, whole.length],
      [1, 4097],
      [4096, 1 << 20],
      [(1 << 20) - 3, whole.length - 1],
    ] as const) {
      const read = await readAll(await openFileSource(path, from, to), 100_000);
      expect(Buffer.from(read).equals(whole.subarray(from, to))).toBe(true);
    }
    const source = await openFileSource(path);
    const first = new Uint8Array(whole.length);
    expect(await source.readInto(first)).toBe(whole.length);
    await appendFile(path, 'more');
    expect(Buffer.from(await readAll(source, 3)).toString()).toBe('more');
  });

  it('says which file is missing, and that a folder is none', async () => {
    await expect(openFileSource(join(folder, 'nope.csv'))).rejects.toMatchObject({
      code: 'BR-E0101',
      message: expect.stringContaining('nope.csv'),
    });
    await expect(openFileSource(folder)).rejects.toMatchObject({ code: 'BR-E0101' });
  });
});

describe('the object store on a folder', () => {
  it('keeps, lists in key order, and removes objects', async () => {
    const store = createFileObjectStore(folder);
    for (const key of ['runs/b/2', 'runs/a/1', 'runs/a/10', 'other']) {
      const sink = store.create(key);
      await writeAll(sink, Buffer.from(key));
      await sink.commit();
    }
    const keys = async (prefix: string) => (await Array.fromAsync(store.list(prefix))).map((o) => o.key);
    expect(await keys('runs/')).toEqual(['runs/a/1', 'runs/a/10', 'runs/b/2']);
    expect(await keys('runs/a/1')).toEqual(['runs/a/1', 'runs/a/10']);
    await store.remove(['runs/a/1', 'runs/a/none']);
    expect(await keys('runs/a')).toEqual(['runs/a/10']);
    expect(await store.head('runs/a/1')).toBeUndefined();
    expect(await store.open('runs/a/1')).toBeUndefined();
    await expect(store.head('../x')).rejects.toMatchObject({ code: 'BR-E0120' });
  });

  it('lets one of many create a key that must be absent', async () => {
    const store = createFileObjectStore(folder);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, i) => {
        const sink = store.create('one', { ifAbsent: true });
        await writeAll(sink, Buffer.from(String(i)));
        return sink.commit();
      }),
    );
    expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
    expect(results.filter((r) => r.status === 'rejected' && r.reason.reason === 'conflict')).toHaveLength(19);
  });
});

describe('zstd', () => {
  it('gives back what went in, whatever the sizes', async () => {
    const compression = zstdCompression();
    const store = createFileObjectStore(folder);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 0, max: 700 }), async (piece, times) => {
        const bytes = Buffer.concat(Array.from({ length: times }, () => piece));
        const sink = compression.compress(store.create('x.zst'));
        await writeAll(sink, bytes);
        await sink.commit();
        const source = await store.open('x.zst');
        expect(Buffer.compare(await readAll(compression.decompress(source!), 77_777), bytes)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('says that an object is cut off', async () => {
    const compression = zstdCompression();
    const store = createFileObjectStore(folder);
    const sink = compression.compress(store.create('x.zst'));
    await writeAll(sink, Buffer.from('abc'.repeat(100_000)));
    await sink.commit();
    const source = await store.open('x.zst', { to: 20 });
    await expect(readAll(compression.decompress(source!))).rejects.toMatchObject({ code: 'BR-E0509' });
  });

  it('throws the error of the sink behind it', async () => {
    const failing = createFileSink(join(folder, 'no-such-folder', 'x'), { blockBytes: 1000 });
    const sink = zstdCompression().compress(failing);
    const noise = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 2654435761) >>> 13));
    await expect(writeAll(sink, noise).then(() => sink.commit())).rejects.toMatchObject({
      code: 'BR-E0509',
      message: expect.stringContaining('no-such-folder'),
    });
  });
});

describe('scratch', () => {
  it('appends and reads at an offset, and shows no file', async () => {
    const file = await createScratch(folder).create();
    expect(await readdir(folder)).toEqual([]);
    expect(await file.append(Buffer.from('hello '))).toBe(0);
    expect(await file.append(Buffer.from('world'))).toBe(6);
    const block = new Uint8Array(10);
    expect(await file.readAt(4, block)).toBe(7);
    expect(Buffer.from(block.subarray(0, 7)).toString()).toBe('o world');
    await file.close();
  });
});

describe('the clock', () => {
  it('stops sleeping when the signal aborts', async () => {
    const controller = new AbortController();
    const sleeping = nodeClock.sleep(60_000, controller.signal);
    controller.abort();
    await expect(sleeping).rejects.toMatchObject({ kind: 'cancelled' });
  });
});
