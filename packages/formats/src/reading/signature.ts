import type { Buffer } from 'node:buffer';

/** What files begin with that are no text, and what to call them. */
const SIGNATURES: readonly { readonly bytes: readonly number[]; readonly name: string }[] = [
  { bytes: [0xff, 0xfe], name: 'UTF-16 text' },
  { bytes: [0xfe, 0xff], name: 'UTF-16 text' },
  { bytes: [0x50, 0x41, 0x52, 0x31], name: 'a Parquet file' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], name: 'a ZIP archive or a spreadsheet' },
  { bytes: [0x1f, 0x8b], name: 'a gzip archive' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], name: 'a zstd archive' },
];

/** Bytes of the longest signature. */
export const SIGNATURE_BYTES = 4;

/**
 * What the first bytes of a file say that it is, when it is no UTF-8 text: `UTF-16 text`. UTF-16 without a mark is told by
 * a zero byte among the first two.
 */
export function foreignContent(bytes: Buffer): string | undefined {
  const known = SIGNATURES.find((signature) => signature.bytes.every((byte, i) => bytes[i] === byte));
  if (known) return known.name;
  return bytes.length >= 2 && (bytes[0] === 0 || bytes[1] === 0) ? 'UTF-16 text or binary data' : undefined;
}

/** Bytes of a UTF-8 byte order mark at the start: 3 or 0. */
export function markBytes(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
