import type { ChecksumAlgorithm } from '../object-storage.ts';

/** Width in bits and reflected polynomial of the CRCs that can be put together from those of the parts. */
const CRCS = {
  CRC32: { width: 32n, polynomial: 0xedb88320n },
  CRC32C: { width: 32n, polynomial: 0x82f63b78n },
  CRC64NVME: { width: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
} as const;

type CrcName = keyof typeof CRCS;

/** True for the algorithms whose checksum of a whole follows from those of its parts. */
export function canCombine(algorithm: ChecksumAlgorithm): algorithm is CrcName {
  return algorithm in CRCS;
}

/** The CRC of parts laid end to end, from each part's CRC (base64) and size. No byte is read again. */
export function combineCrcs(algorithm: CrcName, parts: readonly { readonly value: string; readonly size: number }[]): string {
  const { width, polynomial } = CRCS[algorithm];
  const shifts = new Map<number, bigint>();
  let whole = 0n;
  for (const part of parts) {
    let shift = shifts.get(part.size);
    if (shift === undefined) shifts.set(part.size, (shift = powerOfX(BigInt(part.size) * 8n, width, polynomial)));
    whole = multiply(whole, shift, width, polynomial) ^ BigInt(`0x${Buffer.from(part.value, 'base64').toString('hex') || '0'}`);
  }
  return Buffer.from(whole.toString(16).padStart(Number(width) / 4, '0'), 'hex').toString('base64');
}

/** x^n modulo the polynomial. Reflected: the highest bit stands for x^0. */
function powerOfX(n: bigint, width: bigint, polynomial: bigint): bigint {
  let result = 1n << (width - 1n);
  let square = 1n << (width - 2n);
  for (let rest = n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(result, square, width, polynomial);
    square = multiply(square, square, width, polynomial);
  }
  return result;
}

/** a times b modulo the polynomial, over GF(2). */
function multiply(a: bigint, b: bigint, width: bigint, polynomial: bigint): bigint {
  let product = 0n;
  let term = b;
  for (let mask = 1n << (width - 1n); mask > 0n; mask >>= 1n) {
    if (a & mask) product ^= term;
    term = term & 1n ? (term >> 1n) ^ polynomial : term >> 1n;
  }
  return product;
}
