import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { byteView } from './escape-json.ts';
import { addressOf, kernelFunctions, releaseBlock, takeBlock } from './kernel.ts';
import { MAX_PACKED_NUMBERS, PACKED_NUMBER, packVector, unpackFloats, vectorTextRoom, writeVectorText } from './vector-pack.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const BLOCK = 1 << 19;
const source = byteView(takeBlock(BLOCK));
const target = byteView(takeBlock(BLOCK));
afterAll(() => {
  for (const { bytes } of [source, target]) releaseBlock(bytes);
});

/** The packed form by JavaScript, and that the kernel makes the same; undefined when neither packs. */
function pack(text: string): Uint8Array | undefined {
  const bytes = bytesOf(text);
  const out = new Uint8Array(PACKED_NUMBER * MAX_PACKED_NUMBERS);
  const end = packVector(bytes, 0, bytes.length, out, 0);
  // what stands behind the array is a digit, to see that it is not read
  source.bytes.fill(0x37, 0, bytes.length + 64);
  source.bytes.set(bytes, 3);
  const { packVector: kernelPack, arrayEnd } = kernelFunctions();
  const from = source.address + 3;
  const kernelEnd = kernelPack(from, from + bytes.length, target.address + 5, target.address + BLOCK);
  // the kernel finds the end of the array by itself, and may find an earlier one
  const isWhole = kernelEnd !== 0 && arrayEnd() === from + bytes.length;
  expect(isWhole ? kernelEnd - target.address - 5 : -1, text).toBe(end);
  if (end < 0) return undefined;
  expect(textOf(target.bytes.slice(5, 5 + end))).toBe(textOf(out.subarray(0, end)));
  return out.slice(0, end);
}

/** Both ways back give the text and the floats of a vector. */
function expectSame(packed: Uint8Array, text: string): void {
  const room = vectorTextRoom(packed.length);
  const out = new Uint8Array(room);
  expect(textOf(out.subarray(0, writeVectorText(packed, 0, packed.length, out, 0)))).toBe(text);
  source.bytes.set(packed, 9);
  const { vectorText } = kernelFunctions();
  const end = vectorText(source.address + 9, source.address + 9 + packed.length, target.address) - target.address;
  expect(textOf(target.bytes.slice(0, end))).toBe(text);
  const floats = Float32Array.from(JSON.parse(text));
  const plain = byteView(new Uint8Array(4 * floats.length));
  expect(unpackFloats(byteView(packed), 0, packed.length, plain, 0)).toBe(floats.length);
  expect(unpackFloats(source, 9, 9 + packed.length, target, 1)).toBe(floats.length);
  const expected = new Uint8Array(floats.buffer);
  expect(plain.bytes).toEqual(expected);
  expect(target.bytes.slice(1, 1 + expected.length)).toEqual(expected);
}

test('there is a kernel', () => {
  expect(addressOf(source.bytes)).toBeGreaterThan(0);
});

test.each([
  '0',
  '-0',
  '0.0',
  '-0.0',
  '0.10',
  '1',
  '10',
  '-12.5',
  '0.012345678',
  '-0.0123456789',
  '0.00000000123456789',
  '1073741823',
  '0.1073741823',
  '8.881092E-4',
  '-1.0E-7',
  '8.881092e-05',
  '1e-7',
  '1.5e-12',
  '9.99e-10',
])('%s is packed, and comes back as it was', (number) => {
  for (const text of [`[${number}]`, `[${number},0.5]`, `[0.25,${number},${number}]`]) {
    const packed = pack(text);
    expect(packed?.length).toBe(PACKED_NUMBER * text.split(',').length);
    expect(textOf(packed!)).toMatch(/^[>-[\]-~]+$/);
    expectSame(packed!, text);
  }
});

test('numbers with an exponent beside others, and an odd one at the end, become floats in every place', () => {
  const forms = ['0.5', '-0.012345678', '8.881092E-4', '-1.0737418e-05', '-0', '1.000000000e-12', '9.99999999E-7'];
  for (const first of forms) {
    for (const second of forms) {
      for (const text of [`[${first},${second}]`, `[${first},${second},${first}]`, `[0.25,${first},${second},0.125]`]) {
        expectSame(pack(text)!, text);
      }
    }
  }
});

test.each([
  '1073741824',
  '0.1073741824',
  '0.01726531982421875',
  '0.000000000000000001',
  '1e3',
  '1E-3',
  '1e-4',
  '1e-07 ',
  '12.5e-7',
  '0.5e-7',
  '1e-13',
  '1e-70',
  '1e-005',
  '00.5',
  '-',
  '.5',
  '1.',
  '0.',
  '-0.',
  '+1',
  ' 1',
  '1 ',
  'null',
  '"1"',
  '',
  '99999999999999999999999999999999999999',
])('a vector with %j stays text', (number) => {
  expect(pack(`[${number}]`)).toBeUndefined();
  expect(pack(`[0.5,${number}]`)).toBeUndefined();
  expect(pack(`[${number},0.5]`)).toBeUndefined();
});

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
/** As JavaScript and as Java write small floats, and other forms of numbers. */
const number = fc.oneof(
  float.map(String),
  fc.double({ min: -1, max: 1, noNaN: true }).map((value) => String(Number(Math.fround(value).toPrecision(9)))),
  fc.double({ min: 0, max: 1e-3, noNaN: true }).map((value) => value.toExponential(6).replace('e', 'E')),
  fc.double({ min: -1, max: 1, noNaN: true }).map((value) => value.toFixed(8)),
  fc.tuple(fc.nat(2 ** 31 - 1), fc.integer({ min: 0, max: 19 })).map(([digits, places]) => {
    const text = String(digits).padStart(places + 1, '0');
    return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
  }),
);

test('any vector comes back as it was, or is not packed, by the kernel and by JavaScript alike', () => {
  let packed = 0;
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 6 }), (numbers) => {
      const text = `[${numbers.join(',')}]`;
      const bytes = pack(text);
      if (bytes === undefined) return;
      packed += 1;
      expectSame(bytes, text);
    }),
    { numRuns: 4_000 },
  );
  expect(packed).toBeGreaterThan(500);
});

test('long vectors come back as they were, wherever their numbers end', () => {
  let odd = 0;
  fc.assert(
    fc.property(fc.array(number, { minLength: 60, maxLength: 200 }), fc.nat(40), (numbers, nines) => {
      // short and long ones differ in how many end within sixteen bytes
      const kept = numbers.map((text, i) => (pack(`[${text}]`) === undefined || i < nines ? String(i % 10) : text));
      const text = `[${kept.join(',')}]`;
      odd += kept.length % 2;
      expectSame(pack(text)!, text);
      expect(pack(text.slice(0, -1))).toBeUndefined();
      expect(pack(`${text.slice(0, -1)},]`)).toBeUndefined();
      expect(pack(text.replace(',', ',,'))).toBeUndefined();
    }),
    { numRuns: 150 },
  );
  expect(odd).toBeGreaterThan(20);
});

test('bytes changed at random are packed by both or by neither, and what is packed is a number', () => {
  const change = fc.tuple(fc.nat(60), fc.constantFrom(...'0123456789.,-eE[]+" '));
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 4 }), fc.array(change, { maxLength: 2 }), (numbers, changes) => {
      const characters = [...`[${numbers.join(',')}]`];
      for (const [at, character] of changes) if (at < characters.length) characters[at] = character;
      const text = characters.join('');
      const bytes = pack(text);
      if (bytes !== undefined) expectSame(bytes, text);
    }),
    { numRuns: 4_000 },
  );
});

test('a vector of the most numbers is packed, one more stays text', () => {
  const most = Array.from({ length: MAX_PACKED_NUMBERS }, () => '0.5');
  expect(pack(`[${most.join(',')}]`)?.length).toBe(PACKED_NUMBER * MAX_PACKED_NUMBERS);
  expect(pack(`[${[...most, '1'].join(',')}]`)).toBeUndefined();
});

test('where the room ends before the vector it is not packed, and nothing is written from there on', () => {
  const { packVector: kernelPack } = kernelFunctions();
  const text = `[${Array.from({ length: 9 }, (_, i) => `0.12345${i}`).join(',')}]`;
  source.bytes.set(bytesOf(text), 3);
  const from = source.address + 3;
  const packed = 9 * PACKED_NUMBER;
  for (let room = 0; room < packed + 40; room++) {
    target.bytes.fill(0xee, 0, 256);
    const end = kernelPack(from, from + text.length, target.address, target.address + room);
    if (end !== 0) expect(end - target.address).toBe(packed);
    expect(end !== 0).toBe(room >= packed + 10);
    expect(target.bytes.slice(room, 256).every((byte) => byte === 0xee)).toBe(true);
  }
});
