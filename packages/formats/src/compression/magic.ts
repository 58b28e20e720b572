/** Bytes that tell a compressed file. */
export const MAGIC_BYTES = 4;

/** What a gzip member begins with (RFC 1952). */
export const GZIP_MAGIC: readonly number[] = [0x1f, 0x8b];

/** True for the first bytes of a zstd frame, a skippable one included (RFC 8878). */
export function isZstdMagic(bytes: Uint8Array): boolean {
  if (bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd) return true;
  return ((bytes[0] ?? 0) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
}

/** How a file is compressed, by its first bytes; undefined for one that is not. */
export function compressionOf(bytes: Uint8Array): 'gzip' | 'zstd' | undefined {
  if (GZIP_MAGIC.every((byte, i) => bytes[i] === byte)) return 'gzip';
  return isZstdMagic(bytes) ? 'zstd' : undefined;
}
