/** CRC-32C (Castagnoli), reflected: RFC 3720, appendix B.4. */
const POLYNOMIAL = 0x82f63b78;

// Eight tables: table k advances a byte that stands k bytes before the end of a group of eight.
const tables = buildTables();

/** Goes on from `crc` (0 at the start) over the bytes; an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [T, T, T, T, T, T, T, T];
  let c = ~crc;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    const low = view.getInt32(i, true) ^ c;
    const high = view.getInt32(i + 4, true);
    c =
      t7[low & 255] ^
      t6[(low >>> 8) & 255] ^
      t5[(low >>> 16) & 255] ^
      t4[low >>> 24] ^
      t3[high & 255] ^
      t2[(high >>> 8) & 255] ^
      t1[(high >>> 16) & 255] ^
      t0[high >>> 24];
  }
  for (; i < bytes.length; i++) c = t0[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return ~c >>> 0;
}

type T = Int32Array;

function buildTables(): T[] {
  const first = new Int32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? POLYNOMIAL ^ (c >>> 1) : c >>> 1;
    first[n] = c;
  }
  const all = [first];
  for (let k = 1; k < 8; k++) {
    const before = all[k - 1] as T;
    all.push(before.map((c) => (c >>> 8) ^ first[c & 255]));
  }
  return all;
}
