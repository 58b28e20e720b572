import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ChecksumAlgorithm } from '../object-storage.ts';
import { crc32c } from './crc32c.ts';
import { Crc64Nvme } from './crc64nvme.ts';

/** A checksum that is fed as the bytes pass. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** Big-endian bytes, as S3 writes them in base64. Call once. */
  digest(): Uint8Array;
}

/** Bytes of a checksum by its algorithm. */
export const CHECKSUM_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** Starts a checksum over no bytes. */
export function createChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'CRC32':
      return running32(crc32);
    case 'CRC32C':
      return running32(crc32c);
    case 'CRC64NVME':
      return new Crc64Nvme();
    case 'SHA1':
    case 'SHA256':
      return createHash(algorithm.toLowerCase());
  }
}

function running32(advance: (bytes: Uint8Array, crc: number) => number): RunningChecksum {
  let crc = 0;
  return {
    update(bytes) {
      crc = advance(bytes, crc);
    },
    digest() {
      const out = new Uint8Array(4);
      new DataView(out.buffer).setUint32(0, crc);
      return out;
    },
  };
}
