import { Buffer } from 'node:buffer';
import { createRecordsWriter, openJsonl } from '@batchrock/formats';
import {
  beginLife,
  bytesSource,
  type Fault,
  type JobScript,
  type MemoryPorts,
  memoryPorts,
  openRows,
  plainDocument,
  type RecordFate,
} from '@batchrock/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type ModelLimits } from '../model/index.ts';
import type { JobSpec, ReadPosition } from '../ports/index.ts';
import { ordinalOf } from '../record/index.ts';
import { ensureLane } from './dispatch.ts';
import type { RunDocument } from './document.ts';
import { driveRun } from './drive.ts';
import { exportResults } from './export.ts';
import type { RunPorts } from './ports.ts';
import { prepareRun } from './prepare.ts';
import { readRun } from './read.ts';

const RUN = 'r-0000000001';
const RESULTS = 'results.jsonl';

interface Given {
  /** Lines of the file, each with a line end behind it. */
  readonly lines: readonly string[];
  readonly family?: string;
  readonly partRecords?: number;
  readonly limits?: Partial<ModelLimits>;
  /** What becomes of a row in an attempt. */
  readonly fate?: (row: number, attempt: number) => RecordFate;
}

function worldOf({ fate }: Given): MemoryPorts {
  const script = ({ inputUri }: JobSpec): JobScript => ({
    record: (id) => {
      const row = ordinalOf(Buffer.from(id), 0);
      const attempt = Number(inputUri.slice(-2, -1));
      return fate?.(row, attempt) ?? 'succeeded';
    },
  });
  return memoryPorts({ script });
}

function documentOf(given: Given): RunDocument {
  const isEmbedding = given.family === 'titan-embed-text';
  return plainDocument({
    source: { name: 'requests.jsonl', bytes: 1, files: [], dialect: { format: 'jsonl' } },
    model: {
      family: given.family ?? 'anthropic',
      task: isEmbedding ? 'embedding' : 'text',
      limits: { ...DEFAULT_LIMITS, minRecords: 2, ...given.limits },
    },
    request: { params: {}, given: true },
    partRecords: given.partRecords ?? 3,
  });
}

/** Takes a file from its rows to its results, as one process does. */
async function live(ports: RunPorts, given: Given): Promise<void> {
  const document = documentOf(given);
  const bytes = Buffer.from(given.lines.map((line) => `${line}\n`).join(''));
  const open = (from?: ReadPosition) => openJsonl(bytesSource(bytes.subarray(from?.byte ?? 0)), from ? { from } : {});
  await prepareRun(ports, { document, openRows: open });
  await ensureLane(ports, document.lane, 2);
  await driveRun(ports, RUN, { pollMs: 60_000 });
  const reading = (await readRun(ports, RUN))!;
  await exportResults(ports, { ...reading, writer: createRecordsWriter(ports.objects.create(RESULTS)), openRows });
}

/** The lines of the results. */
async function resultsOf(ports: MemoryPorts, given: Given): Promise<string[]> {
  await live(ports, given);
  return (ports.objects.text(RESULTS) ?? '').split('\n').slice(0, -1);
}

/** Every line that was sent, by the name of its file. */
function inputs(ports: MemoryPorts): Record<string, string[]> {
  const keys = ports.objects.keys(`runs/${RUN}/input/`);
  return Object.fromEntries(keys.map((key) => [key.slice(-17), ports.objects.text(key)!.split('\n').slice(0, -1)]));
}

const ROWS = [
  '{"recordId":"one","modelInput":{"messages" : [ {"role":"user"} ],"max_tokens":9}}',
  '{"modelInput":{"n":1.50,"n":"\\u00e9"},"note":"mine"}',
  '{"recordId":"three","modelInput":"no object"}',
  '{"recordId":4,"modelInput":{"text":"größer 😀"}}',
  'no JSON',
  '{"recordId":"six","modelInput":{"c":6}}',
];

describe('a run whose rows are records', () => {
  it('sends their requests byte for byte, again too, and gives the whole answers back in their order', async () => {
    const output =
      '{"type" :"message","content":[{"type":"text","text":"\\u00e9\\n"}],"usage":{"input_tokens":12,"output_tokens":5}}';
    const fate = (row: number, attempt: number): RecordFate => {
      if (row === 1 && attempt === 1) return { errorCode: 503 };
      if (row === 5) return attempt === 1 ? 'missing' : { errorCode: 400 };
      return { modelOutput: output };
    };
    const given = { lines: ROWS, fate, partRecords: 100 };
    const ports = worldOf(given);
    const results = await resultsOf(ports, given);

    const sent = inputs(ports);
    const line = (row: number, input: string) => `{"recordId":"k3000000${row}00","modelInput":${input}}`;
    const second = line(1, '{"n":1.50,"n":"\\u00e9"}');
    expect(sent['00000-1/000.jsonl']).toEqual([
      line(0, '{"messages" : [ {"role":"user"} ],"max_tokens":9}'),
      second,
      line(3, '{"text":"größer 😀"}'),
      line(5, '{"c":6}'),
    ]);
    expect(sent['00000-2/000.jsonl']).toEqual([second, line(5, '{"c":6}')]);

    const error = (code: string, message: unknown) => ({ error: { errorCode: code, errorMessage: message } });
    expect(results.slice(0, 2)).toEqual([
      `{"recordId":"one","modelInput":{"messages" : [ {"role":"user"} ],"max_tokens":9},"modelOutput":${output}}`,
      `{"recordId":"k3000000100","modelInput":{"n":1.50,"n":"\\u00e9"},"modelOutput":${output}}`,
    ]);
    expect(JSON.parse(results[2]!)).toEqual({
      recordId: 'three',
      modelInput: 'no object',
      ...error('not_an_object', 'line 3: its "modelInput" is no JSON object'),
    });
    expect(results[3]).toBe(`{"recordId":4,"modelInput":{"text":"größer 😀"},"modelOutput":${output}}`);
    expect(JSON.parse(results[4]!)).toEqual({
      recordId: 'k3000000400',
      ...error('bad_json', expect.stringMatching(/^line 5: /)),
    });
    expect(results[5]).toBe('{"recordId":"six","modelInput":{"c":6},"error":{"errorCode":400,"errorMessage":"scripted"}}');
    expect(results).toHaveLength(6);
    const { parts } = (await readRun(ports, RUN))!;
    expect(parts.find((part) => part.attempt === 1)?.collected).toMatchObject({
      succeeded: 2,
      inputTokens: 24,
      outputTokens: 10,
    });
  });

  it('keeps to the limits of the model: a large record is refused, and a job and a file take as many as they may', async () => {
    const row = (size: number) => `{"modelInput":{"a":"${'x'.repeat(size)}"}}`;
    const lines = [row(10), row(3000), ...Array.from({ length: 20 }, () => row(400))];
    const limits = { maxRecordBytes: 2000, maxFileBytes: 1500, maxJobBytes: 3000, maxRecordsPerFile: 50 };
    const given = { lines, limits, partRecords: 100 };
    const ports = worldOf(given);
    const results = await resultsOf(ports, given);
    expect(JSON.parse(results[1]!)).toMatchObject({
      error: { errorCode: 'record_too_large', errorMessage: expect.stringContaining('2000') },
    });
    expect(results.filter((line) => line.includes('"modelOutput"'))).toHaveLength(21);
    const sizes = Object.values(inputs(ports)).map((each) => each.reduce((sum, { length }) => sum + length + 1, 0));
    expect(sizes.length).toBeGreaterThan(6);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1500);
  });

  it('takes records and answers of several megabytes', async () => {
    const image = 'iVBORw0KGgo'.repeat(200_000);
    const line = `{"modelInput":{"image":"${image}"}}`;
    const output = `{"echo":"${image}\\n"}`;
    const limits = { maxRecordBytes: 16 << 20, maxFileBytes: 4_000_000 };
    const given: Given = { lines: [line, ROWS[0]!, line], limits, fate: () => ({ modelOutput: output }) };
    const ports = worldOf(given);
    const results = await resultsOf(ports, given);
    expect(results.map((each) => each.endsWith(`,"modelOutput":${output}}`))).toEqual([true, true, true]);
    expect(results[2]!.startsWith(`{"recordId":"k3000000200","modelInput":{"image":"${image}"},`)).toBe(true);
    expect(Object.values(inputs(ports)).flat()).toHaveLength(3);
  });

  it('pads a job below the minimum with records that are no rows of the file', async () => {
    for (const family of ['anthropic', 'titan-embed-text']) {
      const given = { lines: ['{"modelInput":{"inputText":""}}'], family, limits: { minRecords: 4 } };
      const ports = worldOf(given);
      expect(await resultsOf(ports, given)).toEqual([
        expect.stringMatching(/^\{"recordId":"k3000000000","modelInput":\{"inputText":""\},"modelOutput":\{/),
      ]);
      expect(Object.values(inputs(ports))[0]).toHaveLength(4);
    }
  });

  it('gives any answers to any records back, in order and byte for byte, however often they are sent', async () => {
    const object = fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.jsonValue({ maxDepth: 1, stringUnit: 'binary' }),
    );
    const json = fc
      .tuple(object, fc.constantFrom('', ' '))
      .map(([value, each]) => JSON.stringify(value, null, each).replaceAll('\n', '\r'));
    const id = fc.option(fc.string({ unit: 'binary' }).map((value) => JSON.stringify(value)));
    const row = fc.record({ id, input: json, output: json, attempts: fc.integer({ min: 1, max: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (rows) => {
        const lines = rows.map((each) => `{${each.id === null ? '' : `"recordId":${each.id}, `}"modelInput":${each.input}}`);
        const fate = (at: number, attempt: number): RecordFate =>
          attempt < (rows[at]?.attempts ?? 1) ? { errorCode: 503 } : { modelOutput: rows[at]?.output ?? '{}' };
        const given = { lines, fate };
        expect(await resultsOf(worldOf(given), given)).toEqual(
          rows.map(({ id: own, input, output }, i) => {
            const ours = `"k3000000${i.toString(36)}00"`;
            return `{"recordId":${own ?? ours},"modelInput":${input},"modelOutput":${output}}`;
          }),
        );
      }),
      { numRuns: 6 },
    );
  });

  it('ends in the same bytes, with no job created twice, when its process is killed anywhere', async () => {
    const given: Given = {
      lines: ROWS,
      fate: (row, attempt) => (row === 1 && attempt === 1 ? { errorCode: 503 } : { modelOutput: '{"a" :1.0}' }),
    };
    const calm = worldOf(given);
    const calls = await liveThrough(calm, given);
    const expected = finalBytes(calm);
    expect(calls).toBeGreaterThan(100);
    for (let at = 1; at < calls; at += 19) {
      const ports = worldOf(given);
      await liveThrough(ports, given, { at, kind: 'crash' });
      expect(finalBytes(ports), `killed at ${at}`).toBe(expected);
      expect(ports.service.jobs, `killed at ${at}`).toHaveLength(calm.service.jobs.length);
    }
  });
});

/** One life, and another one where the first is cut off. The calls of the first. */
async function liveThrough(ports: MemoryPorts, given: Given, fault?: Fault): Promise<number> {
  const first = beginLife(ports, fault);
  const isCrash = await Promise.race([live(first.ports, given).then(() => false), first.crashed.then(() => true)]);
  if (isCrash) await live(beginLife(ports).ports, given);
  return first.calls.length;
}

function finalBytes(ports: MemoryPorts): string {
  const keys = ports.objects.keys().filter((key) => !key.includes('/output/'));
  return keys.map((key) => `${key}\n${ports.objects.text(key)}`).join('\n');
}
