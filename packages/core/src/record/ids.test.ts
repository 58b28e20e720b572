import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isSentinelOrdinal,
  ordinalOf,
  RECORD_ID_LENGTH,
  recordId,
  recordPrefixBytes,
  SENTINEL_FIRST_ORDINAL,
  subIndexOf,
  writeRecordId,
} from './ids.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const ordinal = fc.oneof(
  fc.integer({ min: 0, max: 36 ** 7 - 1 }),
  fc.constantFrom(0, 35, 36, 1_679_615, 1_679_616, 2 ** 31, 2 ** 32, 36 ** 7 - 1),
);

describe('record ids', () => {
  it('are the prefix, the ordinal in base 36 and the sub-index', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-z]{2}$/), ordinal, fc.nat({ max: 1295 }), (prefix, row, sub) => {
        const expected = prefix + row.toString(36).padStart(7, '0') + sub.toString(36).padStart(2, '0');
        expect(recordId(prefix, row, sub)).toBe(expected);
        expect(ordinalOf(bytesOf(expected), 0)).toBe(row);
        expect(ordinalOf(bytesOf(expected), 0, recordPrefixBytes(prefix))).toBe(row);
        expect(subIndexOf(bytesOf(expected), 0)).toBe(sub);
      }),
      { numRuns: 1000 },
    );
  });

  it('sort as their ordinals do', () => {
    fc.assert(
      fc.property(ordinal, ordinal, (a, b) => {
        expect(Math.sign(a - b)).toBe(recordId('k3', a) < recordId('k3', b) ? -1 : recordId('k3', a) > recordId('k3', b) ? 1 : 0);
      }),
    );
  });

  it('are written where they are asked for and nowhere else', () => {
    const out = new Uint8Array(20).fill(1);
    writeRecordId(recordPrefixBytes('zz'), 36, out, 4);
    expect([...out.subarray(0, 4), ...out.subarray(15)]).toEqual(Array(9).fill(1));
    expect(new TextDecoder().decode(out.subarray(4, 15))).toBe('zz000001000');
  });

  it('of others are told by their bytes, their length and their prefix', () => {
    const id = bytesOf(recordId('k3', 123_456_789));
    for (let i = 0; i < RECORD_ID_LENGTH; i++) {
      for (const byte of [0, 0x2f, 0x3a, 0x41, 0x5a, 0x60, 0x7b, 0xc3]) {
        const changed = id.slice();
        changed[i] = byte;
        expect(ordinalOf(changed, 0)).toBe(-1);
      }
    }
    expect(ordinalOf(id, 1)).toBe(-1);
    expect(ordinalOf(id, -1)).toBe(-1);
    expect(ordinalOf(id.subarray(0, 10), 0)).toBe(-1);
    expect(ordinalOf(id, 0, recordPrefixBytes('k4'))).toBe(-1);
    expect(ordinalOf(id, 0, recordPrefixBytes('j3'))).toBe(-1);
  });

  it('of padding records lie above those of every row', () => {
    expect(SENTINEL_FIRST_ORDINAL).toBe(36 ** 7 - 1296);
    expect([SENTINEL_FIRST_ORDINAL - 1, SENTINEL_FIRST_ORDINAL, 36 ** 7 - 1, 36 ** 7].map(isSentinelOrdinal)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(recordId('k3', SENTINEL_FIRST_ORDINAL)).toBe('k3zzzzz0000');
  });

  it('are refused for what has none', () => {
    for (const bad of [-1, 36 ** 7, Number.NaN]) expect(() => recordId('k3', bad)).toThrow(/no record id/);
    expect(() => recordId('k3', 0, 1296)).toThrow(/no record id/);
    for (const prefix of ['', 'k', 'K3', 'k33', 'é1']) expect(() => recordId(prefix, 0)).toThrow(/two digits/);
  });
});
