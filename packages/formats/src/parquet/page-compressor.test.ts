import { type ZstdCompress, type ZstdOptions, zstdDecompressSync } from 'node:zlib';
import { seededRandom } from '@batchrock/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ChunkCoding, PageCompressor } from './page-compressor.ts';

/**
 * Whether streams keep the number that `FrameStream.clear` sets, as those of this version of Node do; how many of them are at work,
 * and at most were.
 */
const node = vi.hoisted(() => ({ keepsOffset: true, atWork: 0, most: 0 }));

vi.mock('node:zlib', async (original) => {
  const zlib = await original<typeof import('node:zlib')>();
  const createZstdCompress = (options: ZstdOptions): ZstdCompress => {
    const stream = zlib.createZstdCompress(options);
    const write = stream.write.bind(stream) as (page: Uint8Array, done: (error?: Error | null) => void) => boolean;
    stream.write = ((page: Uint8Array, done: (error?: Error | null) => void) => {
      node.atWork += 1;
      node.most = Math.max(node.most, node.atWork);
      return write(page, (error) => {
        node.atWork -= 1;
        done(error);
      });
    }) as typeof stream.write;
    if (node.keepsOffset) return stream;
    return new Proxy(stream, {
      get(target, key) {
        if (key === '_outOffset') return undefined;
        const value = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
  return { ...zlib, createZstdCompress };
});

afterEach(() => {
  node.keepsOffset = true;
});

/** Words of random letters out of so many. */
function text(seed: number, bytes: number, words: number): Uint8Array {
  const random = seededRandom(seed);
  const word = () => `${Math.floor(random.next() * 36 ** 9).toString(36)} `;
  const known = Array.from({ length: words }, word);
  let made = '';
  while (made.length < bytes) made += words === 0 ? word() : known[Math.floor(random.next() * words)];
  return new TextEncoder().encode(made.slice(0, bytes));
}

const likeNothing = (seed: number, bytes = 400_000) => text(seed, bytes, 0);
const repeating = (seed: number, bytes = 400_000) => text(seed, bytes, 500);

async function packed(compressor: PageCompressor, pages: readonly Uint8Array[], chunk: ChunkCoding = {}): Promise<Buffer[]> {
  const made: Buffer[] = [];
  for (const page of pages) {
    const { bytes, done } = await compressor.compress(page, chunk);
    made.push(Buffer.from(bytes));
    done();
  }
  return made;
}

describe('pages', () => {
  test('matches are looked for where they pay, and only there', async () => {
    const chunks = [{}, {}] satisfies ChunkCoding[];
    await packed(new PageCompressor('zstd'), [likeNothing(1)], chunks[0]);
    await packed(new PageCompressor('zstd'), [repeating(1)], chunks[1]);
    expect(await Promise.all(chunks.map(({ tried }: ChunkCoding) => tried))).toEqual(['bytes', 'matches']);
  });

  test('a chunk keeps the coding of its first page', async () => {
    const both = await packed(new PageCompressor('zstd'), [likeNothing(1), repeating(2)]);
    const alone = await packed(new PageCompressor('zstd'), [repeating(2)]);
    expect(both[1]!.length).toBeGreaterThan(1.5 * alone[0]!.length);
  });

  test('a page is a frame of the same bytes, whatever was compressed before it and beside it', async () => {
    const compressor = new PageCompressor('zstd');
    const page = { nothing: likeNothing(3, 1_000_000), repeating: repeating(3, 1_000_000) };
    const first = await packed(new PageCompressor('zstd'), [page.nothing]);
    const second = await packed(new PageCompressor('zstd'), [page.repeating]);
    const chunks = [
      [likeNothing(1), repeating(2, 50)],
      [repeating(4), repeating(5, 900_000)],
    ];
    await Promise.all(chunks.map((pages) => packed(compressor, pages)));
    const [again, other] = await Promise.all([packed(compressor, [page.nothing]), packed(compressor, [page.repeating])]);
    expect(again[0]!.equals(first[0]!) && other[0]!.equals(second[0]!)).toBe(true);
    expect(zstdDecompressSync(first[0]!).equals(page.nothing)).toBe(true);
    expect(zstdDecompressSync(second[0]!).equals(page.repeating)).toBe(true);
  });

  test('two are compressed at a time, whatever waits, and each is what it is alone', async () => {
    const pages = Array.from({ length: 7 }, (_, seed) => likeNothing(seed, 200_000));
    const alone = await packed(new PageCompressor('zstd'), pages);
    const compressor = new PageCompressor('zstd');
    node.most = 0;
    const chunk: ChunkCoding = {};
    const all = await Promise.all(pages.map((page) => packed(compressor, [page], chunk)));
    expect(node.most).toBe(2);
    expect(all.every(([page], i) => page!.equals(alone[i]!))).toBe(true);
  });

  test('pages are the same where this version of Node cannot begin a block anew', async () => {
    const pages = [1, 2, 3].map((seed) => likeNothing(seed, 900_000));
    const usual = await packed(new PageCompressor('zstd'), pages);
    node.keepsOffset = false;
    const other = await packed(new PageCompressor('zstd'), pages);
    expect(other.every((each, i) => each.equals(usual[i]!))).toBe(true);
  });
});
