import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChecksumAlgorithm } from '../object-storage.ts';
import { canCombine, combineCrcs, createChecksum } from './index.ts';

function sum(algorithm: ChecksumAlgorithm, ...pieces: readonly Uint8Array[]): Buffer {
  const running = createChecksum(algorithm);
  for (const piece of pieces) running.update(piece);
  return Buffer.from(running.digest());
}

/** The definition: one bit at a time, over a number that is as wide as it needs to be. */
function slowCrc(bytes: Uint8Array, width: bigint, polynomial: bigint): string {
  const ones = (1n << width) - 1n;
  let crc = ones;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
  }
  return (crc ^ ones).toString(16).padStart(Number(width) / 4, '0');
}

describe('of "123456789", the value that each algorithm publishes as its check', () => {
  test.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('%s is %s', (algorithm, expected) => {
    expect(sum(algorithm, Buffer.from('123456789')).toString('hex')).toBe(expected);
  });
});

const CRCS = [
  ['CRC32', 32n, 0xedb88320n],
  ['CRC32C', 32n, 0x82f63b78n],
  ['CRC64NVME', 64n, 0x9a6c9329ac4bc9b5n],
] as const;

describe.each(CRCS)('%s', (algorithm, width, polynomial) => {
  test('is the same by tables, in pieces and bit by bit', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 }), (pieces) => {
        expect(sum(algorithm, ...pieces).toString('hex')).toBe(slowCrc(Buffer.concat(pieces), width, polynomial));
      }),
    );
  });

  test('of a whole follows from those of its parts', () => {
    if (!canCombine(algorithm)) throw new Error('it must');
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 6 }), (parts) => {
        const known = parts.map((part) => ({ value: sum(algorithm, part).toString('base64'), size: part.length }));
        expect(combineCrcs(algorithm, known)).toBe(sum(algorithm, ...parts).toString('base64'));
      }),
    );
  });
});

test('10,000 parts are combined in a moment', () => {
  const value = sum('CRC64NVME', Buffer.from('a part')).toString('base64');
  const parts = Array.from({ length: 10_000 }, (_, n) => ({ value, size: n === 9_999 ? 1 : 8 * 1024 * 1024 }));
  const start = performance.now();
  combineCrcs('CRC64NVME', parts);
  expect(performance.now() - start).toBeLessThan(2000);
});

test('hashes do not combine', () => {
  expect([canCombine('SHA1'), canCombine('SHA256')]).toEqual([false, false]);
});
