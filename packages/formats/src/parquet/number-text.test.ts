import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigEndian, decimalText, doubleText, floatText, halfValue, longText } from './number-text.ts';

describe('floats', () => {
  it('are the shortest text that reads back as the same float', () => {
    expect(floatText(Math.fround(0.1))).toBe('0.1');
    expect(floatText(Math.fround(16_777_216))).toBe('16777216');
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = floatText(value);
        expect(Object.is(Math.fround(JSON.parse(text)), value)).toBe(true);
        // one digit less would not do
        const digits = text.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
        if (digits > 1 && !Number.isSafeInteger(value))
          expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
      }),
      { numRuns: 3000 },
    );
  });

  it('that JSON has no number for are strings', () => {
    expect([doubleText(Number.NaN), floatText(Number.POSITIVE_INFINITY), doubleText(-0)]).toEqual(['"NaN"', '"Infinity"', '-0']);
    expect([halfValue(0x7c00), halfValue(0xfc00), halfValue(0x0001), halfValue(0x3555)]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      2 ** -24,
      0.333251953125,
    ]);
  });
});

describe('whole numbers and decimals', () => {
  it('keep every digit', () => {
    const any = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(any, fc.nat(20), (value, scale) => {
        const [low, high] = [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
        expect(longText(low, high, true)).toBe(String(value));
        expect(longText(low, high, false)).toBe(String(BigInt.asUintN(64, value)));
        const text = decimalText(String(value), scale);
        expect(text.split('.')[1]?.length ?? 0).toBe(scale);
        expect(BigInt(text.replace('.', ''))).toBe(value);
      }),
    );
    expect(decimalText('-5', 2)).toBe('-0.05');
    expect(bigEndian(Uint8Array.of(0xff, 0x00), 0, 2)).toBe(-256n);
    expect(bigEndian(new Uint8Array(0), 0, 0)).toBe(0n);
  });
});
