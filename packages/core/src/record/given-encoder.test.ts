import { Buffer } from 'node:buffer';
import { openJsonl } from '@batchrock/formats';
import { bytesSource } from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familyNamed } from '../model/index.ts';
import { createRecordEncoder } from './byte-encoder.ts';
import { recordId } from './ids.ts';
import { allowKernel } from './kernel.ts';
import { NEEDS_SPACE, type OutputBlock, type RecordEncoder } from './record-encoder.ts';
import { REJECT_CODES, RejectReason } from './row-batch.ts';

const NO_LIMITS = { records: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

function encoderOf(columns: readonly string[], maxRecordBytes = 1 << 20): RecordEncoder {
  const request = { params: {}, given: true } as const;
  return createRecordEncoder({ family: familyNamed('titan-embed-text'), request, recordPrefix: 'k3', maxRecordBytes }, columns);
}

/** What is sent of the rows of a JSON Lines file, and why the others are not: `runs` with runs of rows, else row by row. */
async function sent(lines: readonly string[], o: { runs?: boolean; kernel?: boolean; maxRecordBytes?: number } = {}) {
  const before = allowKernel(o.kernel ?? true);
  try {
    const reader = await openJsonl(bytesSource(Buffer.from(lines.map((line) => `${line}\n`).join(''))), { name: 'in.jsonl' });
    const encoder = encoderOf(reader.columns, o.maxRecordBytes);
    const out: OutputBlock = { bytes: new Uint8Array(1 << 20), length: 0 };
    const refused: Record<number, string> = {};
    let inRuns = 0;
    let ordinal = 0;
    for (let batch = await reader.next(); batch; batch = await reader.next()) {
      for (let row = 0; row < batch.count; ) {
        const run = o.runs ? encoder.encodeRun(batch, row, ordinal, out, NO_LIMITS) : 0;
        inRuns += run;
        ordinal += run;
        row += run;
        if (row === batch.count) break;
        const result = encoder.encode(batch, row++, ordinal, out);
        if (result !== RejectReason.none) refused[ordinal] = REJECT_CODES[result]!;
        ordinal++;
      }
    }
    await reader.close();
    return { text: Buffer.from(out.bytes.subarray(0, out.length)).toString(), refused, inRuns };
  } finally {
    allowKernel(before);
  }
}

/** JSON with white space anywhere, and one key twice. */
const jsonObject = fc
  .tuple(
    fc.dictionary(fc.string(), fc.jsonValue({ stringUnit: 'binary', maxDepth: 2 })),
    fc.constantFrom('', ' ', '\t', '  '),
    fc.boolean(),
  )
  .map(([value, space, isDoubled]) => {
    const text = JSON.stringify(value, null, space).replaceAll('\n', space === '\t' ? '\r' : ' ');
    return isDoubled ? `{"d":1e3,"d" : "\\u00e9\\/",${text === '{}' ? '"x":0}' : text.slice(1)}` : text;
  });

describe('rows that are records', () => {
  it('are sent byte for byte under ids of ours, by the kernel and without it, in runs and one by one', async () => {
    const rows = fc.array(fc.tuple(jsonObject, fc.constantFrom('', '"recordId":"a",', '"recordId":7, "more": [1],')), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const lines = all.map(([input, before]) => `{${before} "modelInput" :${input} }`);
        const expected = all.map(([input], i) => `{"recordId":"${recordId('k3', i)}","modelInput":${input}}\n`).join('');
        for (const kernel of [true, false]) {
          for (const runs of [true, false]) expect((await sent(lines, { kernel, runs })).text).toBe(expected);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('are nearly all encoded in runs by the kernel', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `{"modelInput":{"inputText":"${i}${'x'.repeat(100)}"}}`);
    const { inRuns } = await sent(lines, { runs: true });
    expect(inRuns).toBeGreaterThan(250);
    expect((await sent(lines, { runs: true, kernel: false })).inRuns).toBe(0);
  });

  it('are refused with a reason where there is no object to send, and the others go', async () => {
    const lines = [
      '{"modelInput":{}}',
      '{"recordId":"a"}',
      '{"modelInput":"{}"}',
      '{"modelInput":[{}]}',
      '{"modelInput":null}',
      '{"modelInput":1}',
      '{"modelInput":{"a":"\\ud800"}}',
      `{"modelInput":${'{"a":'.repeat(600)}1${'}'.repeat(600)}}`,
      '{"modelInput":{},"modelInput":{}}',
      '{"modelInput":{"a":}}',
      '{"modelInput":{"last":true}}',
    ];
    for (const kernel of [true, false]) {
      const { text, refused } = await sent(lines, { runs: true, kernel });
      expect(text.split('\n').map((line) => line.slice(39))).toEqual(['{}}', '{"last":true}}', '']);
      const none = 'not_an_object';
      const bad = 'bad_json';
      const missing = 'missing_column';
      expect(refused).toEqual({ 1: missing, 2: none, 3: none, 4: none, 5: none, 6: bad, 7: bad, 8: bad, 9: bad });
    }
  });

  it('are refused one byte above the largest record, and wait for another block where this one is full', async () => {
    const line = '{"modelInput":{"inputText":"é"}}';
    const length = Buffer.byteLength('{"recordId":"k3000000000","modelInput":{"inputText":"é"}}\n');
    expect((await sent([line], { maxRecordBytes: length - 1 })).refused).toEqual({ 0: 'record_too_large' });
    expect((await sent([line], { maxRecordBytes: length })).refused).toEqual({});
    const reader = await openJsonl(bytesSource(Buffer.from(line)), { name: 'in.jsonl' });
    const batch = (await reader.next())!;
    const encoder = encoderOf(reader.columns);
    const out: OutputBlock = { bytes: new Uint8Array(length - 1), length: 0 };
    expect(encoder.encodeRun(batch, 0, 0, out, NO_LIMITS)).toBe(0);
    expect(encoder.encode(batch, 0, 0, out)).toBe(NEEDS_SPACE);
    expect(out.length).toBe(0);
    expect(encoder.encode(batch, 0, 0, { bytes: new Uint8Array(length), length: 0 })).toBe(RejectReason.none);
  });
});
