import { Buffer } from 'node:buffer';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { poisonedSource } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompressionName, type DecompressOptions, decompress, skipBytes } from './decompress.ts';

const pack = { gzip: gzipSync, zstd: zstdCompressSync };
const kinds: readonly CompressionName[] = ['gzip', 'zstd'];

async function unpack(
  kind: CompressionName,
  bytes: Uint8Array,
  o: Partial<DecompressOptions> & { readonly sizes?: readonly number[]; readonly blockBytes?: number } = {},
): Promise<Buffer> {
  const source = decompress(poisonedSource(bytes, o.sizes ?? [1 << 20]), kind, { name: 'x.csv', ...o });
  const pieces: Uint8Array[] = [];
  const block = new Uint8Array(o.blockBytes ?? 100_000);
  try {
    for (let n = await source.readInto(block); n > 0; n = await source.readInto(block)) pieces.push(block.slice(0, n));
    expect(source.bytesRead).toBeGreaterThan(0);
  } finally {
    await source.close();
  }
  return Buffer.concat(pieces);
}

const NOISE = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 2654435761) >>> 13));
const noise = (bytes: number) => NOISE.subarray(0, bytes);

describe.each(kinds)('%s', (kind) => {
  it('gives back what went in, in any pieces, over several members', async () => {
    const members = fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 200_000 }).map(noise)), {
      minLength: 1,
      maxLength: 4,
    });
    const sizes = fc.array(fc.integer({ min: 60, max: 100_000 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(members, sizes, fc.integer({ min: 1, max: 300_000 }), async (parts, pieces, blockBytes) => {
        const packed = Buffer.concat(parts.map((part) => pack[kind](part)));
        const content = await unpack(kind, packed, { sizes: pieces, blockBytes });
        expect(content.equals(Buffer.concat(parts))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('reads every member when all of them stand in one block', async () => {
    const packed = Buffer.concat(['one ', 'two ', '', 'three'].map((text) => pack[kind](text)));
    expect((await unpack(kind, packed)).toString()).toBe('one two three');
  });

  it('says where a file is cut off, wherever that is', async () => {
    const packed = Buffer.concat([pack[kind](noise(50_000)), pack[kind]('more')]);
    const end = pack[kind](noise(50_000)).length;
    for (let length = 1; length < packed.length; length += length < 40 || length > end - 40 ? 1 : 997) {
      if (length === end) continue;
      const error = await unpack(kind, packed.subarray(0, length)).catch((caught: unknown) => caught);
      expect(error, `cut to ${length}`).toMatchObject({ kind: 'input', code: 'BR-E0114' });
      if (length > 4 && length < end) expect(error).toMatchObject({ message: expect.stringContaining(`at byte ${length}`) });
    }
  });

  it('refuses what follows the last member, and what is no such file', async () => {
    const packed = pack[kind]('hello');
    for (const sizes of [[1 << 20], [1]]) {
      await expect(unpack(kind, Buffer.concat([packed, Buffer.from('garbage')]), { sizes })).rejects.toMatchObject({
        code: 'BR-E0114',
        message: expect.stringMatching(/x\.csv is (followed|damaged)/),
      });
    }
    await expect(unpack(kind, Buffer.from('id,text\n'))).rejects.toMatchObject({
      code: 'BR-E0114',
      message: `x.csv is no ${kind} file, at byte 0`,
    });
    await expect(unpack(kind, Buffer.from(''))).rejects.toMatchObject({ code: 'BR-E0102' });
  });

  it.runIf(kind === 'gzip')('says that something else follows, also in the block in which a member ends', async () => {
    const packed = gzipSync('hello');
    for (const after of ['garbage', 'id,text\n'.repeat(20_000), '\x1fx']) {
      await expect(unpack(kind, Buffer.concat([packed, packed, Buffer.from(after)]))).rejects.toMatchObject({
        code: 'BR-E0114',
        message: expect.stringMatching(
          /^x\.csv is followed by something that is not gzip: a member ends between byte 0 and \d+, and none begins there$/,
        ),
      });
    }
  });

  it('notices every changed byte, or gives the same content', async () => {
    const packed = pack[kind](noise(1000));
    const whole = noise(1000);
    for (let at = 0; at < packed.length; at++) {
      const changed = Buffer.from(packed);
      changed[at] = changed[at]! ^ 0x55;
      const content = await unpack(kind, changed).catch((error: unknown) => error);
      if (!(content instanceof Buffer)) expect(content).toMatchObject({ kind: 'input' });
      // zstdCompressSync writes no checksum, so that a changed literal is told by nobody
      else if (kind === 'gzip') expect(content.equals(whole)).toBe(true);
    }
  });

  it('stops a bomb soon after it has begun to grow', async () => {
    const zeros = Buffer.alloc(64 << 20);
    const packed = pack[kind](zeros);
    const source = decompress(poisonedSource(packed, [1 << 20]), kind, { name: 'bomb.gz' });
    const before = process.memoryUsage().rss;
    await expect(skipBytes(source, Number.POSITIVE_INFINITY)).rejects.toMatchObject({
      code: 'BR-E0123',
      message: expect.stringMatching(/^bomb\.gz becomes more than 500 times as large: byte \d+ of it stands for 8\d{6} bytes$/),
    });
    await source.close();
    expect(process.memoryUsage().rss - before).toBeLessThan(40 << 20);
    expect(await skipBytes(decompress(poisonedSource(packed, [1 << 20]), kind, { name: 'x', maxExpansion: 1e9 }), 1e9)).toBe(
      zeros.length,
    );
  });
});

it('stops 300 KB that would become 10 GB', async () => {
  // a zstd frame of blocks of 128 KiB that are one byte again and again, four bytes each (RFC 8878, 3.1.1.2)
  const block = (type: number, size: number, isLast = 0) =>
    Buffer.from([isLast | (type << 1) | ((size & 31) << 3), (size >> 5) & 255, size >> 13]);
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3]);
  const repeated = Buffer.concat([block(1, 128 << 10), Buffer.from('x')]);
  const blocks = Array.from({ length: Math.ceil(10e9 / (128 << 10)) }, () => repeated);
  const bomb = Buffer.concat([header, block(0, 8), Buffer.from('id,text\n'), ...blocks, block(1, 1, 1), Buffer.from('\n')]);
  expect(bomb.length).toBeLessThan(310_000);
  const before = process.memoryUsage().rss;
  await expect(unpack('zstd', bomb)).rejects.toMatchObject({ code: 'BR-E0123' });
  expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
});

it('refuses a zstd window that no usual zstd would take, and says how to unpack it', async () => {
  const frame = (windowLog: number) => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3, 0x09, 0, 0, 0x78]);
  expect((await unpack('zstd', frame(27))).toString()).toBe('x');
  await expect(unpack('zstd', frame(28))).rejects.toMatchObject({
    code: 'BR-E0114',
    message: 'x.csv has a zstd frame, behind byte 0, whose window is larger than 128 MiB',
    hint: 'unpack it first: zstd -d --long=31 x.csv',
  });
});

it('takes zero bytes behind a gzip member for padding', async () => {
  const padded = Buffer.concat([gzipSync('hello'), Buffer.alloc(70_000)]);
  expect((await unpack('gzip', padded, { sizes: [100] })).toString()).toBe('hello');
  expect((await unpack('gzip', padded)).toString()).toBe('hello');
  await expect(unpack('gzip', Buffer.concat([padded, Buffer.from('x')]))).rejects.toMatchObject({ code: 'BR-E0114' });
});

it('passes over skippable zstd frames', async () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const packed = Buffer.concat([skippable, zstdCompressSync('a'), skippable, zstdCompressSync('b')]);
  expect((await unpack('zstd', packed)).toString()).toBe('ab');
  expect((await unpack('zstd', packed, { sizes: [3] })).toString()).toBe('ab');
});
