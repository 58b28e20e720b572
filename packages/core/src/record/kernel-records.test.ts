import { Buffer } from 'node:buffer';
import { seededRandom } from '@batchrock/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { familyNamed } from '../model/index.ts';
import type { Random } from '../ports/index.ts';
import { createRecordEncoder, type RecordEncoderSpec } from './byte-encoder.ts';
import { addressOf, releaseBlock, takeBlock } from './kernel.ts';
import { type EncodeLimits, NEEDS_SPACE, type OutputBlock, type RecordEncoder } from './record-encoder.ts';
import { CellKind, RejectReason, type RowBatch } from './row-batch.ts';

const COLUMNS = ['a', 'b', 'c'];
const NO_LIMITS: EncodeLimits = { records: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/** A cell of a row: how it stands in the source. */
interface Cell {
  readonly kind: CellKind;
  readonly source: string;
}

const PIECES = [
  ...['a', 'b', ' ', 'lorem ipsum dolor sit', '0123456789abcdef', '"', '"', '\\', '\n', '\r', '\t', '\b', '\f'],
  ...['\u0000', '\u001f', '\u007f', 'é', '漢', '😀', '\u2028', '\u0080', 'ÿ'],
];
const VALUES = ['null', 'true', '-1.5e3', '{"k":"v\\n"}', '[]'];

/** Rows of three cells, some with a reject; a seed makes the same ones always. */
function randomRows({ next }: Random): { cells: Cell[]; reject: number }[] {
  const below = (end: number): number => Math.floor(next() * end);
  const text = (): string => Array.from({ length: below(below(30)) }, () => PIECES[below(PIECES.length)]).join('');
  const cell = (): Cell => {
    const kind = below(12);
    if (kind < 4) return { kind: CellKind.text, source: text() };
    if (kind < 8) return { kind: CellKind.quotedText, source: text().replaceAll('"', '""') };
    if (kind < 10) return { kind: CellKind.jsonString, source: JSON.stringify(text()).slice(1, -1) };
    return next() < 0.7 ? jsonValue(VALUES[below(VALUES.length)]!) : { kind: CellKind.absent, source: '' };
  };
  return Array.from({ length: 1 + below(8) }, () => ({
    cells: [cell(), cell(), cell()],
    reject: next() < 0.1 ? RejectReason.ragged : RejectReason.none,
  }));
}

function jsonValue(source: string): Cell {
  return { kind: CellKind.jsonValue, source };
}

/** The rows in a block of the kernel, with nothing but poison between and behind them: a byte that is copied, or one that is not. */
function batchOf(given: readonly { cells: readonly Cell[]; reject: number }[], poison = 0x22): RowBatch {
  const size = given.flatMap((each) => each.cells).reduce((sum, each) => sum + Buffer.byteLength(each.source) + 1, 0);
  const bytes = takeBlock(size).fill(poison);
  const cells = new Uint32Array(9 * given.length);
  let at = 0;
  given.forEach(({ cells: all }, r) => {
    all.forEach(({ kind, source }, c) => {
      const end = at + Buffer.from(source).copy(bytes, at);
      cells.set([at, end, kind], 9 * r + 3 * c);
      at = end + 1;
    });
  });
  const count = given.length;
  const places = new Uint32Array(count);
  const reject = Uint8Array.from(given, (each) => each.reject);
  return { bytes, offset: 0, count, width: 3, cells, rowStart: places, rowEnd: places, line: new Float64Array(count), reject };
}

/** As a run of prepare does it: runs where there are any, row by row where there are none. */
function encodeAll(encoder: RecordEncoder, batch: RowBatch, room: number, first: number, limits: EncodeLimits) {
  const out: OutputBlock = { bytes: new Uint8Array(room).fill(0xee), length: 0 };
  const said: (number | 'run')[] = [];
  for (let r = 0; r < batch.count; ) {
    const left = { records: limits.records - r, bytes: limits.bytes - out.length };
    const run = encoder.encodeRun(batch, r, first + r, out, left);
    expect(run).toBeLessThanOrEqual(Math.max(0, left.records));
    expect(out.length).toBeLessThanOrEqual(run === 0 ? room : limits.bytes);
    for (let i = 0; i < run; i++) said.push(RejectReason.none);
    r += run;
    if (r === batch.count) break;
    said.push(encoder.encode(batch, r, first + r, out));
    r++;
  }
  expect(out.bytes.subarray(out.length).every((byte) => byte === 0xee)).toBe(true);
  return { said, text: Buffer.from(out.bytes.subarray(0, out.length)).toString('latin1') };
}

function encoderOf(change: Partial<RecordEncoderSpec> = {}): RecordEncoder {
  const request = { prompt: '{b} is "what"\n{a} says, and {b} too', system: 'é{c}', params: {} };
  return createRecordEncoder(
    { family: familyNamed('nova'), request, recordPrefix: 'k3', maxRecordBytes: 100_000, ...change },
    COLUMNS,
  );
}

test('the kernel runs here, and leaves only what it has to', () => {
  const one = { cells: [0, 1, 2].map(() => ({ kind: CellKind.text, source: 'x'.repeat(200) })), reject: 0 };
  const batch = batchOf(Array(500).fill(one));
  const out: OutputBlock = { bytes: new Uint8Array(1 << 20), length: 0 };
  expect(addressOf(batch.bytes)).toBeGreaterThan(0);
  expect(encoderOf().encodeRun(batch, 0, 0, out, NO_LIMITS)).toBe(500);
  expect(encoderOf().encodeRun(batch, 0, 0, { bytes: out.bytes, length: 0 }, { records: 7, bytes: 1e9 })).toBe(7);
  expect(encoderOf().encodeRun({ ...batch, bytes: batch.bytes.slice() }, 0, 0, out, NO_LIMITS)).toBe(0);
  releaseBlock(batch.bytes);
});

test.each([
  ['text', {}],
  ['small records', { maxRecordBytes: 700 }],
  ['embeddings', { family: familyNamed('titan-embed-text'), request: { textColumn: 'b', params: {} } }],
  ['columns that are not there', { request: { prompt: '{a}{d}', params: {} } }],
  ['a prompt that is larger than the plan', { request: { prompt: `${'p'.repeat(70_000)}{a}`, params: {} } }],
] as const)('the kernel writes what the plain encoder writes: %s', (_, change) => {
  const plain = encoderOf(change as Partial<RecordEncoderSpec>);
  const kernel = encoderOf(change as Partial<RecordEncoderSpec>);
  const random = seededRandom(20_261_121);
  const ordinals = [0, 35, 1290, 36 ** 4 - 3, 36 ** 6 - 2, 36 ** 7 - 36 ** 2 - 9];
  for (let i = 0; i < 1500; i++) {
    const given = randomRows(random);
    const first = ordinals[i % ordinals.length]!;
    const room = Math.floor(random.next() * 9000);
    const batch = batchOf(given, i % 2 === 0 ? 0x22 : 0x7a);
    const expected = encodeAll(plain, { ...batch, bytes: batch.bytes.slice() }, room, first, NO_LIMITS);
    expect(encodeAll(kernel, batch, room, first, NO_LIMITS)).toEqual(expected);
    releaseBlock(batch.bytes);
  }
});

test('a run never goes beyond its limits, and ends within one record of them', () => {
  const encoder = encoderOf();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(20_000), (records, bytes) => {
      const one = { cells: [0, 1, 2].map(() => ({ kind: CellKind.text, source: 'plain' })), reject: 0 };
      const batch = batchOf(Array(40).fill(one));
      const out: OutputBlock = { bytes: new Uint8Array(60_000), length: 0 };
      const run = encoder.encodeRun(batch, 0, 0, out, { records, bytes });
      const size = run === 0 ? 0 : out.length / run;
      expect(run).toBeLessThanOrEqual(records);
      expect(out.length).toBeLessThanOrEqual(bytes);
      if (run > 0 && run < records) expect(out.length + size).toBeGreaterThan(bytes);
      releaseBlock(batch.bytes);
    }),
  );
});

test('a record that does not fit says so, as without the kernel', () => {
  const one = { cells: [0, 1, 2].map(() => ({ kind: CellKind.text, source: 'x'.repeat(200) })), reject: 0 };
  const batch = batchOf([one]);
  const { said } = encodeAll(encoderOf(), batch, 300, 0, NO_LIMITS);
  expect(said).toEqual([NEEDS_SPACE]);
  releaseBlock(batch.bytes);
});
