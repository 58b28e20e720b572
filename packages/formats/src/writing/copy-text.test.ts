import { byteView, releaseBlock, takeBlock } from '@batchrock/core';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { copyUndoubled } from './csv-text.ts';
import { copyUnescaped, writeUnescaped } from './json-text.ts';

const ROOM = 1 << 14;
const shared = { from: byteView(takeBlock(ROOM)), to: byteView(takeBlock(ROOM)) };
const plain = { from: byteView(new Uint8Array(ROOM)), to: byteView(new Uint8Array(ROOM)) };

afterAll(() => {
  for (const { bytes } of [shared.from, shared.to]) releaseBlock(bytes);
});

type Copy = typeof copyUndoubled;

/** What the kernel and JavaScript make of a text; the bytes behind the room for it have to stay as they are. */
function copied(copy: Copy, text: string): readonly [string, string] {
  const bytes = new TextEncoder().encode(text);
  const [a, b] = [shared, plain].map(({ from, to }) => {
    from.bytes.set(bytes, 5);
    to.bytes.fill(0xee, 0, bytes.length + 64);
    const end = copy(from, 5, 5 + bytes.length, to, 7);
    expect([...to.bytes.subarray(7 + bytes.length, bytes.length + 40)]).toEqual(Array(33).fill(0xee));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(to.bytes.subarray(7, end));
  });
  return [a as string, b as string];
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 90 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'a', 'é', '🧗'), maxLength: 60 }),
);

test('the kernel is there: the comparison is of two versions', () => {
  expect(shared.from.address).toBeGreaterThan(0);
  expect(plain.from.address).toBe(-1);
});

test('the inside of a quoted cell becomes its text', () => {
  fc.assert(
    fc.property(text, (value) => {
      const meant = value.toWellFormed();
      expect(copied(copyUndoubled, meant.replaceAll('"', '""'))).toEqual([meant, meant]);
    }),
    { numRuns: 2000 },
  );
});

test('the inside of a JSON string becomes its text', () => {
  const escapeAll = (value: string) =>
    Array.from({ length: value.length }, (_, i) => `\\u${value.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  fc.assert(
    fc.property(text, fc.boolean(), (value, isEscaped) => {
      const inside = isEscaped ? escapeAll(value) : JSON.stringify(value).slice(1, -1);
      const meant = value.toWellFormed();
      expect(copied(copyUnescaped, inside)).toEqual([meant, meant]);
      const bytes = new TextEncoder().encode(inside);
      const out = new Uint8Array(bytes.length);
      const end = writeUnescaped(bytes, 0, bytes.length, out, 0);
      expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(out.subarray(0, end))).toBe(meant);
    }),
    { numRuns: 2000 },
  );
});
