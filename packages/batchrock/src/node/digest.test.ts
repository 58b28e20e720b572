import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadDigest, nodeSha256 } from './digest.ts';

const digest = await loadDigest();

function xxh128(...blocks: readonly Uint8Array[]): string {
  const hash = digest.start();
  for (const block of blocks) hash.update(block);
  return hash.hex();
}

test('SHA-256 and XXH128 give the published values', () => {
  const sha256 = Buffer.from(nodeSha256.sha256(Buffer.from('abc'))).toString('hex');
  expect(sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(xxh128()).toBe('99aa06d3014798d86001c324468d497f');
  expect(xxh128(Buffer.from('abc'))).toBe('06b05ab6733a618578af5f94892f3950');
});

test('the hash of blocks is that of all their bytes, however they are cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.array(fc.nat(2000)), (bytes, cuts) => {
      const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
      const blocks = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
      expect(xxh128(...blocks)).toBe(xxh128(bytes));
    }),
  );
});

test('hashes that run side by side do not disturb each other, and one that is given up leaves nothing', () => {
  const blocks = Array.from({ length: 40 }, (_, i) => new Uint8Array(300 + 61 * i).fill(i));
  const all = Array.from({ length: 5 }, () => digest.start());
  digest.start().update(blocks[3]!);
  blocks.forEach((block, i) => {
    all[i % all.length]!.update(block);
  });
  const expected = all.map((_, n) => xxh128(...blocks.filter((_, i) => i % all.length === n)));
  expect(all.map((hash) => hash.hex())).toEqual(expected);
});
