import { constants } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageCache } from '@batchrock/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BLOCK_BYTES } from './blocks.ts';
import { createFileSink } from './file-sink.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'batchrock-sink-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Two blocks full of a letter and a last one of ten; what each was written from. */
async function write(path: string, letter: string, end: 'commit' | 'abort'): Promise<readonly ArrayBufferLike[]> {
  const sink = createFileSink(path);
  let block = sink.block();
  const buffers = [block.buffer];
  for (let n = 0; n < 2; n++) {
    block = await sink.write(block.fill(letter.charCodeAt(0)));
    buffers.push(block.buffer);
  }
  await sink.write(block.fill(letter.charCodeAt(0), 0, 10).subarray(0, 10));
  await sink[end]();
  return buffers;
}

describe('the blocks of a file', () => {
  it('are filled again by the files behind it', async () => {
    const first = await write(join(dir, 'a'), 'a', 'commit');
    const second = await write(join(dir, 'b'), 'b', 'commit');
    expect(new Set(first).size).toBe(2);
    for (const buffer of second) expect(first).toContain(buffer);
    for (const letter of 'ab') {
      expect(await readFile(join(dir, letter), 'utf8')).toBe(letter.repeat(2 * BLOCK_BYTES + 10));
    }
  });

  it('are larger once it is large, and filled again by the next one', async () => {
    const buffers: ArrayBufferLike[][] = [];
    for (const name of 'ab') {
      const used: ArrayBufferLike[] = [];
      const sink = createFileSink(join(dir, name), { sync: false });
      let block = sink.block();
      for (let total = 0; total < 68 << 20; ) {
        total += block.length;
        if (block.length > BLOCK_BYTES) used.push(block.buffer);
        block = await sink.write(block.fill(total));
      }
      await sink.commit();
      buffers.push(used);
    }
    const [first, second] = buffers as [ArrayBufferLike[], ArrayBufferLike[]];
    expect(new Set(first).size).toBe(2);
    for (const buffer of second) expect(first).toContain(buffer);
    expect(Buffer.compare(await readFile(join(dir, 'a')), await readFile(join(dir, 'b')))).toBe(0);
  });

  it('are nobody else’s when it was given up: who filled it may not know', async () => {
    const first = await write(join(dir, 'a'), 'a', 'abort');
    const second = await write(join(dir, 'b'), 'b', 'commit');
    for (const buffer of second) expect(first).not.toContain(buffer);
  });
});

describe('a file that the cache has no room for', () => {
  let knowsTheWay: boolean;
  beforeEach(async () => {
    const path = join(dir, 'probe');
    await writeFile(path, '');
    const file =
      constants.O_DIRECT === undefined
        ? undefined
        : await open(path, constants.O_WRONLY | constants.O_DIRECT).catch(() => undefined);
    knowsTheWay = file !== undefined;
    await file?.close();
  });

  /** Writes blocks of these lengths, no two alike, and returns them as one. */
  async function writeRandom(
    path: string,
    lengths: readonly number[],
    cache: PageCache,
    end: 'commit' | 'abort' = 'commit',
  ): Promise<Buffer> {
    const expected: Uint8Array[] = [];
    const sink = createFileSink(path, { cache });
    let block = sink.block();
    for (const length of lengths) {
      for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(block.subarray(at, Math.min(length, at + 65_536)));
      expected.push(block.slice(0, length));
      block = await sink.write(block.subarray(0, length));
    }
    await sink[end]();
    return Buffer.concat(expected);
  }

  const whole = (count: number): number[] => Array.from({ length: count }, () => BLOCK_BYTES);

  it('has the same bytes, whatever its end', async () => {
    for (const last of [0, 1, 511, 4096, 65_536]) {
      const path = join(dir, `end-${last}`);
      const cache = { room: 0, spared: 0 };
      const expected = await writeRandom(path, [...whole(6), last], cache);
      expect(expected.equals(await readFile(path))).toBe(true);
      // the first block tells that there will be more; the last one fills no area of two
      expect(cache.spared).toBe(knowsTheWay ? 4 * BLOCK_BYTES : 0);
    }
  });

  it('changes its way in the middle', async () => {
    const path = join(dir, 'middle');
    const cache = { room: 3 * BLOCK_BYTES, spared: 0 };
    const expected = await writeRandom(path, [...whole(3), 100, ...whole(4)], cache);
    expect(expected.equals(await readFile(path))).toBe(true);
    expect(cache.spared).toBe(knowsTheWay ? 4 * BLOCK_BYTES : 0);
  });

  it('goes on through the cache where it would begin inside a page', async () => {
    const path = join(dir, 'odd');
    const cache = { room: 0, spared: 0 };
    const expected = await writeRandom(path, [100, ...whole(4)], cache);
    expect(expected.equals(await readFile(path))).toBe(true);
    expect(cache.spared).toBe(0);
  });

  it('leaves room for the files behind those that were given up', async () => {
    const cache = { room: 0, spared: 0 };
    for (let n = 0; n < 20; n++)
      await writeRandom(join(dir, `${n}`), whole(4), { room: 0, spared: 0 }, n % 2 === 0 ? 'abort' : 'commit');
    await writeRandom(join(dir, 'last'), whole(4), cache);
    expect(cache.spared).toBe(knowsTheWay ? 2 * BLOCK_BYTES : 0);
  });

  it('is as whole when more are written at once than there is memory for', async () => {
    const paths = Array.from({ length: 12 }, (_, n) => join(dir, `${n}`));
    const expected = await Promise.all(paths.map((path) => writeRandom(path, [...whole(5), 7], { room: 0, spared: 0 })));
    for (const [n, path] of paths.entries()) expect(expected[n]?.equals(await readFile(path))).toBe(true);
  });
});
