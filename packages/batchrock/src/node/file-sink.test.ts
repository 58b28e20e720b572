import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('are nobody else’s when it was given up: who filled it may not know', async () => {
    const first = await write(join(dir, 'a'), 'a', 'abort');
    const second = await write(join(dir, 'b'), 'b', 'commit');
    for (const buffer of second) expect(first).not.toContain(buffer);
  });
});
