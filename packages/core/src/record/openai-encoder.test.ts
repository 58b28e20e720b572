import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familyNamed, type ModelTraits } from '../model/index.ts';
import { translateLine } from '../openai/index.ts';
import { recordId } from './ids.ts';
import { OpenAiRecordEncoder } from './openai-encoder.ts';
import { LineTemplate } from './openai-template.ts';
import { NEEDS_SPACE } from './record-encoder.ts';
import { RejectReason, type RowBatch } from './row-batch.ts';

const MOST = 1 << 16;
const specOf = (name: string, traits: ModelTraits = {}) => ({
  family: familyNamed(name),
  traits,
  onUnsupported: 'warn' as const,
  recordPrefix: 'k3',
  maxRecordBytes: MOST,
});

/** Lines as a reader gives them, in one block. */
function batchOf(lines: readonly string[]): RowBatch {
  const pieces = lines.map((line) => Buffer.from(line));
  const ends: number[] = [];
  for (const piece of pieces) ends.push((ends.at(-1) ?? 0) + piece.length);
  return {
    bytes: new Uint8Array(Buffer.concat(pieces)),
    offset: 0,
    count: lines.length,
    width: 0,
    cells: new Uint32Array(0),
    rowStart: Uint32Array.from([0, ...ends.slice(0, -1)]),
    rowEnd: Uint32Array.from(ends),
    line: Float64Array.from(lines, (_, i) => i + 1),
    reject: new Uint8Array(lines.length),
  };
}

function encoded(spec: ReturnType<typeof specOf>, lines: readonly string[]): (string | number)[] {
  const encoder = new OpenAiRecordEncoder(spec);
  const batch = batchOf(lines);
  return lines.map((_, row) => {
    const out = { bytes: new Uint8Array(2 * MOST), length: 0 };
    const reason = encoder.encode(batch, row, row, out);
    return reason === RejectReason.none ? Buffer.from(out.bytes.subarray(0, out.length)).toString() : reason;
  });
}

/** What each line becomes by itself, with nothing learned from others. */
const translated = (spec: ReturnType<typeof specOf>, lines: readonly string[]) =>
  lines.map((line, i) => {
    const { bodies } = translateLine(JSON.parse(line), spec);
    if (bodies.length !== 1) return RejectReason.invalidRequest;
    return `${JSON.stringify({ recordId: recordId('k3', i), modelInput: bodies[0] })}\n`;
  });

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('', ' ', '\u00a0', '\u3000x', 'x\n', 'a\\', '\\n', '\u0085', '\ufeff', 'é ', '"', '{"a":1}', '/'),
  },
);
const shapes = [
  (a: string, b: string) => ({ messages: [{ role: 'user', content: a }], max_tokens: 1 + (b.length % 2) }),
  (a: string, b: string) => ({
    messages: [
      { role: 'system', content: a },
      { role: 'user', content: b },
    ],
    temperature: 0,
  }),
  (a: string, b: string) => ({
    messages: [
      { role: 'user', content: [{ type: 'text', text: a }] },
      { role: 'assistant', content: b },
    ],
  }),
  (a: string, b: string) => ({
    messages: [
      { role: 'user', content: a },
      { role: 'user', content: b },
      { role: 'system', content: a },
    ],
  }),
  (a: string, b: string) => ({
    messages: [
      { role: 'assistant', content: a },
      { role: 'user', content: b },
    ],
    user: a,
  }),
];
/** How people's programs write JSON. */
const styles = [
  (value: object) => JSON.stringify(value),
  (value: object) => JSON.stringify(value, null, 1).replaceAll('\n', ''),
  (value: object) =>
    JSON.stringify(value).replaceAll(/[\u0080-\uffff]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`),
];
const line = (id: string, body: object, style: number, url = '/v1/chat/completions') =>
  `${(styles[style] as (typeof styles)[0])({ custom_id: id, method: 'POST', url, body })}\n`;

describe('lines of an OpenAI batch file', () => {
  it.each(['converse', 'anthropic', 'nova'])('become what the family %s makes of each of them, whatever came before', (name) => {
    const row = fc.tuple(fc.nat(4), text, text, fc.string({ minLength: 1 }), fc.nat(2));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.boolean(), (rows, refusesPrefill) => {
        const spec = specOf(name, refusesPrefill ? { refusesPrefill } : {});
        const lines = rows.map(([shape, a, b, id, style]) => line(id, shapes[shape]!(a, b), style));
        expect(encoded(spec, lines)).toEqual(translated(spec, lines));
      }),
      { numRuns: 300 },
    );
  });

  it('of embeddings, too', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 30 }), (texts) => {
        const spec = specOf('titan-embed-text');
        const lines = texts.map((input, i) => line(`e${i}`, { input, dimensions: 256 }, i % 3, '/v1/embeddings'));
        expect(encoded(spec, lines)).toEqual(translated(spec, lines));
      }),
      { numRuns: 200 },
    );
  });

  it('of one shape are written without being parsed', () => {
    const spec = specOf('converse');
    const request = (value: unknown) => translateLine(value, spec).bodies[0];
    const first = line('a', shapes[1]!('Be short.', 'What?'), 1);
    const shape = LineTemplate.learn(new Uint8Array(Buffer.from(first)), JSON.parse(first), request);
    const fits = (other: string) => {
      const { bytes, rowStart, rowEnd } = batchOf([other]);
      const view = { bytes, view: new DataView(bytes.buffer), address: -1 };
      return shape!.fit(view, rowStart[0]!, rowEnd[0]!) >= 0;
    };
    expect(fits(line('another', shapes[1]!('Be "long".\n', 'Чего?'), 1))).toBe(true);
    for (const other of [
      line('a', shapes[1]!('Be short.', ' What?'), 1),
      line('a', shapes[1]!('Be short.', 'What?'), 0),
      line('', shapes[1]!('Be short.', 'What?'), 1),
      line('a', shapes[1]!('Be short.', ''), 1),
      line('a', { ...shapes[1]!('Be short.', 'What?'), temperature: 1 }, 1),
      `${first.trimEnd()} \n`,
      first.replace('What', 'W\\/hat'),
    ]) {
      expect([fits(other), other]).toEqual([false, other]);
    }
  });

  it('are refused when they are too large, and ask for room when the block is full', () => {
    const spec = specOf('converse');
    const lines = ['x'.repeat(10), 'y'.repeat(MOST), 'z'.repeat(10)].map((each, i) => line(`t${i}`, shapes[0]!(each, ''), 0));
    expect(encoded(spec, lines).map((each) => typeof each === 'string' || each)).toEqual([true, RejectReason.tooLarge, true]);
    const encoder = new OpenAiRecordEncoder(spec);
    const batch = batchOf(lines);
    const out = { bytes: new Uint8Array(200), length: 0 };
    expect(encoder.encode(batch, 0, 0, out)).toBe(RejectReason.none);
    const { length } = out;
    expect([encoder.encode(batch, 2, 2, out), out.length]).toEqual([NEEDS_SPACE, length]);
    out.length = 0;
    expect([encoder.encode(batch, 2, 2, out), out.length]).toEqual([RejectReason.none, length]);
  });
});
