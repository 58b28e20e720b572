import { describe, expect, it, test } from 'vitest';
import { FAMILIES, familyNamed, schemaRequest } from '../model/index.ts';
import { createRecordEncoder } from './byte-encoder.ts';
import { OutputDecoder } from './decode.ts';
import { parseExactly, withoutFence } from './judge-answer.ts';
import { parseOutcome } from './outcome-line.ts';
import { emptyOutcomeSpans, hasKeptAnswer, readOutcome } from './outcome-spans.ts';
import { CellKind } from './row-batch.ts';

const utf8 = new TextEncoder();
const check = (value: unknown) =>
  typeof value === 'object' && value !== null && 'ok' in value ? undefined : { path: '/ok', reason: 'is not there' };

function decode(modelOutput: unknown, family = 'anthropic') {
  const decoder = new OutputDecoder({ family: familyNamed(family), recordPrefix: 'k3', check });
  const line = utf8.encode(
    typeof modelOutput === 'string' ? modelOutput : JSON.stringify({ recordId: 'k3000000100', modelOutput }),
  );
  decoder.scan(line, 0, line.length);
  decoder.decode();
  const out = new Uint8Array(decoder.size);
  decoder.write(out, 0);
  const spans = emptyOutcomeSpans();
  expect(readOutcome(out, 0, out.length - 1, spans)).toBe(true);
  return { outcome: parseOutcome(out), spans, decoder };
}

const said = (text: string, stop_reason = 'end_turn') => ({
  content: [{ type: 'text', text }],
  stop_reason,
  usage: { input_tokens: 3, output_tokens: 4 },
});

describe('an answer that has to be by a schema', () => {
  it('is kept without what stands around it', () => {
    expect(decode(said('\n```json\n{"ok": 1}\n```\n')).outcome).toMatchObject({ status: 'succeeded', response: '{"ok": 1}' });
    expect(decode(said(' {"ok":1} ')).outcome).toMatchObject({ status: 'succeeded', response: '{"ok":1}', inputTokens: 3 });
  });

  it('is a mismatch with its place, and all of it is kept', () => {
    const { outcome, spans, decoder } = decode(said('{"no":1}'));
    expect(outcome).toEqual({
      id: 'k3000000100',
      status: 'failed',
      code: 'schema_mismatch',
      message: '/ok is not there',
      retry: false,
      response: '{"no":1}',
      stop: 'end_turn',
      inputTokens: 3,
      outputTokens: 4,
    });
    expect(hasKeptAnswer(spans)).toBe(true);
    expect(decoder).toMatchObject({ succeeded: false, retry: false, inputTokens: 3, outputTokens: 4 });
  });

  it.each([
    [said('{"ok":', 'max_tokens'), 'truncated', /^the answer was cut off \(max_tokens\) before .* no JSON/],
    [said('no', 'refusal'), 'schema_mismatch', /\(the model ended with refusal\)$/],
    [said(''), 'schema_mismatch', /^there is no text in the answer$/],
    [{ content: [{ type: 'tool_use', name: 'other', input: { ok: 1 } }] }, 'schema_mismatch', /no text/],
    [{ other: 1 }, 'bad_output', /not an answer/],
  ])('fails with a class of its own: %j', (output, code, message) => {
    expect(decode(output).outcome).toMatchObject({ code, message: expect.stringMatching(message), retry: false });
  });

  it('may be whole though it ended at a limit', () => {
    const { outcome, decoder } = decode(said('{"ok":1}', 'max_tokens'));
    expect(outcome.status).toBe('succeeded');
    expect(decoder.truncated).toBe(true);
  });

  it('may be the call of the tool that stands for the schema, all digits as they were', () => {
    const input = '{"ok":12345678901234567890,"share":0.1}';
    const content = `[{"type":"tool_use","id":"t","name":"batchrock_answer","input":${input}}]`;
    const { outcome } = decode(`{"recordId":"k3000000100","modelOutput":{"content":${content},"stop_reason":"tool_use"}}`);
    expect(outcome).toMatchObject({ status: 'succeeded', response: input });
  });

  it('does not run over when it is nested for ever', () => {
    const deep = `${'{"ok":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    expect(decode(said(deep)).outcome.status).toBe('succeeded');
    const call = `[{"type":"tool_use","id":"t","name":"batchrock_answer","input":${deep}}]`;
    const { outcome } = decode(`{"recordId":"k3000000100","modelOutput":{"content":${call},"stop_reason":"tool_use"}}`);
    expect(outcome).toMatchObject({ code: 'schema_mismatch', message: expect.stringContaining('too deeply') });
  });
});

test.each([
  ['```\n[1]\n```', '[1]'],
  ['```JSON  \r\n[1]\r\n```', '[1]'],
  ['```python\n[1]\n```', '```python\n[1]\n```'],
  ['```json [1]```', '```json [1]```'],
  ['```', '```'],
  ['``````', '``````'],
])('a fence around all of %j is taken away', (text, inside) => {
  expect(withoutFence(text)).toBe(inside);
});

test('numbers that a double holds are numbers', () => {
  expect(parseExactly('{"a":1234567890123456,"b":[1.5,0]}')).toEqual({ a: 1_234_567_890_123_456, b: [1.5, 0] });
});

const SCHEMA = { name: 'answer', sha256: '', schema: { type: 'object', properties: { ok: { type: 'integer' } } } };

test.each(FAMILIES.filter((family) => family.task === 'text').map((family) => [family.name, family] as const))(
  'records of %s that ask for a schema are those of whole requests',
  (_, family) => {
    for (const takesSchema of [true, false]) {
      const traits = { takesSchema };
      const params = family.parseParams({ max_tokens: '9' });
      const request = { prompt: 'Row: {a}', system: 'Be {b}', params, schema: SCHEMA };
      const spec = { family, traits, request, recordPrefix: 'k3', maxRecordBytes: 100_000 };
      const bytes = utf8.encode('x"y,z');
      const batch = {
        bytes,
        offset: 0,
        count: 1,
        width: 2,
        cells: Uint32Array.of(0, 3, CellKind.text, 4, 5, CellKind.text),
        rowStart: Uint32Array.of(0),
        rowEnd: Uint32Array.of(5),
        line: Float64Array.of(2),
        reject: Uint8Array.of(0),
      };
      const out = { bytes: new Uint8Array(100_000), length: 0 };
      expect(createRecordEncoder(spec, ['a', 'b']).encode(batch, 0, 1, out)).toBe(0);
      const record = JSON.parse(new TextDecoder().decode(out.bytes.subarray(0, out.length))) as { modelInput: unknown };
      const whole = schemaRequest(family, { text: 'Row: x"y', system: 'Be z', params }, SCHEMA, traits);
      expect(record.modelInput).toEqual(whole);
      expect(JSON.stringify(whole)).toContain('ok');
    }
  },
);
