/** CRC-64/NVME, reflected (NVM Express Base Specification 2.0, 5.2.1.3.4): the low and high half of the polynomial. */
const POLYNOMIAL_LOW = 0x9a6c9329ac4bc9b5n & 0xffffffffn;
const POLYNOMIAL_HIGH = 0x9a6c9329ac4bc9b5n >> 32n;

// JavaScript has no fast 64-bit integers: the register and the eight tables are pairs of 32-bit halves.
const LOW = new Int32Array(8 * 256);
const HIGH = new Int32Array(8 * 256);
buildTables();

/** A running CRC-64/NVME. */
export class Crc64Nvme {
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let low = this.#low;
    let high = this.#high;
    let i = 0;
    for (const end = bytes.length - 7; i < end; i += 8) {
      const a = view.getInt32(i, true) ^ low;
      const b = view.getInt32(i + 4, true) ^ high;
      const i7 = 1792 + (a & 255);
      const i6 = 1536 + ((a >>> 8) & 255);
      const i5 = 1280 + ((a >>> 16) & 255);
      const i4 = 1024 + (a >>> 24);
      const i3 = 768 + (b & 255);
      const i2 = 512 + ((b >>> 8) & 255);
      const i1 = 256 + ((b >>> 16) & 255);
      const i0 = b >>> 24;
      low = LOW[i7] ^ LOW[i6] ^ LOW[i5] ^ LOW[i4] ^ LOW[i3] ^ LOW[i2] ^ LOW[i1] ^ LOW[i0];
      high = HIGH[i7] ^ HIGH[i6] ^ HIGH[i5] ^ HIGH[i4] ^ HIGH[i3] ^ HIGH[i2] ^ HIGH[i1] ^ HIGH[i0];
    }
    for (; i < bytes.length; i++) {
      const at = (low ^ bytes[i]) & 255;
      low = LOW[at] ^ ((low >>> 8) | (high << 24));
      high = HIGH[at] ^ (high >>> 8);
    }
    this.#low = low;
    this.#high = high;
  }

  /** Eight bytes, most significant first. */
  digest(): Uint8Array {
    const out = new DataView(new ArrayBuffer(8));
    out.setInt32(0, ~this.#high);
    out.setInt32(4, ~this.#low);
    return new Uint8Array(out.buffer);
  }
}

function buildTables(): void {
  const polynomialLow = Number(POLYNOMIAL_LOW) | 0;
  const polynomialHigh = Number(POLYNOMIAL_HIGH) | 0;
  for (let n = 0; n < 256; n++) {
    let low = n;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high = high >>> 1;
      if (carry) {
        low ^= polynomialLow;
        high ^= polynomialHigh;
      }
    }
    LOW[n] = low;
    HIGH[n] = high;
  }
  for (let at = 256; at < LOW.length; at++) {
    const low = LOW[at - 256];
    const high = HIGH[at - 256];
    const next = low & 255;
    LOW[at] = ((low >>> 8) | (high << 24)) ^ LOW[next];
    HIGH[at] = (high >>> 8) ^ HIGH[next];
  }
}
