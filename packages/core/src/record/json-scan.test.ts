import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { byteView } from './escape-json.ts';
import { checkVector, plainInteger, skipSoundString, skipValue } from './json-scan.ts';
import { releaseBlock, takeBlock } from './kernel.ts';

/** Of the kernel's memory, where it looks at arrays of numbers. */
const kernelText = byteView(takeBlock(1 << 10));
afterAll(() => releaseBlock(kernelText.bytes));

const bytesOf = (text: string) => new TextEncoder().encode(text);
/** As a parser without checks would: U+FFFD for what is no UTF-8. */
const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parses(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fatal.decode(bytes));
  } catch {
    return undefined;
  }
}

test('a value ends where a parser says that it ends, whatever follows', () => {
  const json = fc.json({ stringUnit: 'binary', maxDepth: 4 });
  fc.assert(
    fc.property(json, fc.constantFrom(',', '}', ']', ' ', '\n'), (text, next) => {
      const bytes = bytesOf(text + next);
      expect(skipValue(byteView(bytes), 0, bytes.length)).toBe(bytes.length - 1);
    }),
  );
});

test('a long string full of escaped quotes and backslashes ends at its own quote', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', '\\', 'a', 'é'), minLength: 0, maxLength: 200 }), (text) => {
      const bytes = bytesOf(`${JSON.stringify(text)}:"x"`);
      expect(skipValue(byteView(bytes), 0, bytes.length)).toBe(bytes.length - 4);
    }),
  );
});

test('text that ends early has no end', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), fc.nat(), (text, cut) => {
      const bytes = bytesOf(`[${text}]`);
      const end = cut % bytes.length;
      expect(skipValue(byteView(bytes), 0, end)).toBe(-1);
    }),
  );
});

test('bytes may stand in a JSON string exactly when a parser takes them there', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => bytesOf(JSON.stringify(text).slice(1, -1))),
    fc.uint8Array({ maxLength: 4 }),
    fc.constantFrom('\\', '\\u12', '\\u12g4', '\\x', '\\ud800', '"', '\u0000', '\u007f').map(bytesOf),
    fc
      .constantFrom([0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x80, 0xa8])
      .map((b) => Uint8Array.from(b)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
      const inside = Uint8Array.from(pieces.flatMap((each) => [...each]));
      const quoted = Uint8Array.from([0x22, ...inside, 0x22]);
      const isSound = typeof parses(quoted) === 'string';
      const after = skipSoundString(byteView(quoted), 1, quoted.length);
      // a quote inside ends the string early, and then it is that shorter one that is sound
      if (isSound) expect(after).toBe(quoted.length);
      else if (after >= 0) expect(typeof parses(quoted.slice(0, after))).toBe('string');
      if (after === quoted.length) expect(isSound).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('a vector is an array of finite numbers as a parser reads it', () => {
  const element = fc.constantFrom(
    '0',
    '-0',
    '1',
    '-1.5',
    '1e9',
    '1E-9',
    '2.5e+10',
    '00',
    '.5',
    '1.',
    '+1',
    '1e',
    'NaN',
    'null',
    '"1"',
    '[]',
    '',
  );
  const comma = fc.constantFrom(',', ',', ' , ', ',\t');
  fc.assert(
    fc.property(fc.array(element, { maxLength: 4 }), comma, (elements, separator) => {
      const bytes = bytesOf(`[${elements.join(separator)}]`);
      const value = parses(bytes);
      const isVector = Array.isArray(value) && value.length > 0 && value.every((each) => Number.isFinite(each));
      expect(checkVector(byteView(bytes), 0, bytes.length)).toBe(isVector);
      kernelText.bytes.fill(0x31, 0, bytes.length + 40);
      kernelText.bytes.set(bytes, 5);
      expect(checkVector(kernelText, 5, 5 + bytes.length)).toBe(isVector);
      expect(skipValue(kernelText, 5, 5 + bytes.length)).toBe(5 + bytes.length);
    }),
    { numRuns: 2_000 },
  );
});

test('plain integers are read, every other way to write a number is left alone', () => {
  const read = (text: string) => plainInteger(bytesOf(text), 0, text.length);
  expect([read('0'), read('7'), read('999999999999999')]).toEqual([0, 7, 999_999_999_999_999]);
  expect(['', '-1', '01', '1.0', '1e3', '9999999999999999', 'null'].map(read)).toEqual([-1, -1, -1, -1, -1, -1, -1]);
});
