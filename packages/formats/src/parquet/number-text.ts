/** A double as JSON: the shortest digits that mean it. What JSON has no number for is a string: nothing becomes null. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0' : String(value);
}

const LEAST_NORMAL = 2 ** -126;

/** A float of 32 bits: the shortest digits that mean it among floats, `0.1` and not `0.10000000149011612`. Whole ones keep all digits. */
export function floatText(value: number): string {
  if (!Number.isFinite(value) || Number.isSafeInteger(value)) return doubleText(value);
  // six digits are never too many but below the normal floats, which have fewer
  for (let precision = Math.abs(value) < LEAST_NORMAL ? 1 : 6; precision < 9; precision++) {
    const rounded = Number(value.toPrecision(precision));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}

/** A float of 16 bits, given by its bits. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** A number of 64 bits, given in two halves. */
export function longText(low: number, high: number, signed: boolean): string {
  const top = signed ? high : high >>> 0;
  const value = top * 2 ** 32 + (low >>> 0);
  if (Number.isSafeInteger(value)) return String(value);
  return String((BigInt(top) << 32n) + BigInt(low >>> 0));
}

/** A signed number, given by its bytes from the greatest on. */
export function bigEndian(bytes: Uint8Array, start: number, end: number): bigint {
  if (start === end) return 0n;
  let value = BigInt((bytes[start]! << 24) >> 24);
  for (let i = start + 1; i < end; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

/** A decimal with all its digits behind the point: unscaled `-5` with a scale of 2 is `-0.05`. */
export function decimalText(unscaled: string, scale: number): string {
  if (scale === 0) return unscaled;
  const sign = unscaled.startsWith('-') ? '-' : '';
  const digits = unscaled.slice(sign.length).padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
