import { allowKernel, byteView, releaseBlock, takeBlock } from '@batchrock/core';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { FloatParser, parseFloats } from './float-parser.ts';

const ROOM = 1 << 16;
const source = byteView(takeBlock(ROOM));
const target = byteView(takeBlock(ROOM));
const floats = new FloatParser();

afterAll(() => {
  floats.release();
  for (const { bytes } of [source, target]) releaseBlock(bytes);
});

/** The bits of the floats that both versions make of a text, which have to be the same. */
function bitsOf(text: string): readonly number[] | undefined {
  const bytes = new TextEncoder().encode(text);
  source.bytes.set(bytes, 3);
  const byKernel = floats.parse(source, 3, 3 + bytes.length, target, 8);
  const bits = (count: number) => Array.from({ length: count }, (_, i) => target.view.getUint32(8 + 4 * i, true));
  const found = byKernel < 0 ? undefined : bits(byKernel);
  const plain = parseFloats(bytes, 0, bytes.length, target.view, 8);
  expect(plain < 0 ? undefined : bits(plain)).toEqual(found);
  return found;
}

function expected(text: string): readonly number[] {
  return [...new Uint32Array(Float32Array.from(JSON.parse(text) as number[]).buffer)];
}

test('the kernel is there: the comparison is of two versions', () => {
  expect(source.address).toBeGreaterThan(0);
  expect(allowKernel(true)).toBe(true);
});

describe('floats are bit for bit those of JSON.parse', () => {
  test.each([
    '[]',
    ' [ ] '.trim(),
    '[0,-0,0.0,-0.0e5,1,-1]',
    '[0.1,0.30000001,16777217,16777219,1e-45,7e-46,5e-324,3.4028235e38,3.4028236e38,1e39,-1e39]',
    '[1.17549435e-38,1.1754942e-38,2.2250738585072014e-308]',
    '[0.018310546875,-0.123456789012345678,1234567890123456789,123456789012345678901234567890]',
    '[1E5,1e+5,1e-5,1.5E-7,100000000000000000000000e-23]',
    '[0.00000000000000000000000000012345,1e22,1e23,9007199254740993,9007199254740993.0000001]',
    '[ 1 ,\t2\n, 3.25 ]',
    '[0.5000000298023223,0.50000002980232238769531250,0.50000002980232238769531251]',
    `[${Array.from({ length: 100 }, (_, i) => `${i}.500000029802322387695312500000${i}e-30`).join()}]`,
  ])('%s', (text) => {
    expect(bitsOf(text)).toEqual(expected(text));
  });

  const shortest = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
  );
  /** Numbers as no printer writes them. */
  const written = fc
    .tuple(
      fc.boolean(),
      fc.stringMatching(/^(0|[1-9][0-9]{0,24})$/),
      fc.option(fc.stringMatching(/^(0{0,30}[0-9]{1,24})$/)),
      fc.option(fc.integer({ min: -60, max: 60 })),
    )
    .map(([isNegative, whole, fraction, exponent]) => {
      const point = fraction === null ? '' : `.${fraction}`;
      return `${isNegative ? '-' : ''}${whole}${point}${exponent === null ? '' : `e${exponent}`}`;
    });
  /** Numbers beside the middle of two floats, where one digit far behind decides. */
  const halfway = fc
    .tuple(fc.float({ noNaN: true, min: 2 ** -10, max: 1024 }), fc.integer({ min: 0, max: 2 }))
    .map(([float, nudge]) => {
      const next = new Float32Array(new Uint32Array([new Uint32Array(Float32Array.of(float).buffer)[0]! + 1]).buffer)[0]!;
      const middle = ((float + next) / 2).toString();
      return nudge === 0 || middle.includes('e')
        ? middle
        : `${middle}${middle.includes('.') ? '' : '.'}000000000000000000${nudge}`;
    });

  test('whatever the numbers are', () => {
    const number = fc.oneof(shortest.map(String), written, halfway);
    fc.assert(
      fc.property(fc.array(number, { maxLength: 40 }), (numbers) => {
        const text = `[${numbers.join(',')}]`;
        expect(bitsOf(text)).toEqual(expected(text));
      }),
      { numRuns: 5000 },
    );
  });
});

test('what is no array of numbers is none', () => {
  for (const text of ['', '[', ']', '{}', '[1', '1]', '[1,]', '[,1]', '[1 2]', '["a"]', '[1,null]', '[[1]]', '[1]x']) {
    expect(bitsOf(text)).toBeUndefined();
  }
});
