import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAMILIES, familyNamed } from '../model/index.ts';
import { LineKind, OutputDecoder } from './decode.ts';
import { recordId, SENTINEL_FIRST_ORDINAL } from './ids.ts';
import { type Outcome, parseOutcome } from './outcome-line.ts';

const prefix = 'k3';
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Reads one line as the way back does; `bytes` stands in the middle of a larger block. */
function read(familyName: string, line: string | Uint8Array): { kind: LineKind; outcome?: Outcome; decoder: OutputDecoder } {
  const text = typeof line === 'string' ? bytesOf(line) : line;
  const block = new Uint8Array(text.length + 8).fill(0x22);
  block.set(text, 3);
  const decoder = new OutputDecoder({ family: familyNamed(familyName), recordPrefix: prefix });
  const kind = decoder.scan(block, 3, 3 + text.length);
  if (kind !== LineKind.record) return { kind, decoder };
  decoder.decode();
  const out = new Uint8Array(decoder.size + 4).fill(0xff);
  expect(decoder.write(out, 2)).toBe(2 + decoder.size);
  expect([out[1], out[2 + decoder.size]]).toEqual([0xff, 0xff]);
  expect(out[1 + decoder.size]).toBe(10);
  return { kind, outcome: parseOutcome(out, 2, 1 + decoder.size), decoder };
}

const id = recordId(prefix, 41);
const answers: Readonly<Record<string, (text: string) => object>> = {
  anthropic: (text) => ({
    id: 'msg_1',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 12, cache_read_input_tokens: 0, output_tokens: 5 },
  }),
  nova: (text) => ({
    output: { message: { role: 'assistant', content: [{ text }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 12, outputTokens: 5, totalTokens: 17 },
  }),
};

/** Converse answers in the shape of Nova. */
const answerOf = (family: string) => answers[family === 'converse' ? 'nova' : family]!;

describe.each(['anthropic', 'nova', 'converse'])('%s', (family) => {
  test('an answer in its usual shape becomes a success with its tokens', () => {
    const line = JSON.stringify({ recordId: id, modelInput: { prompt: 'x' }, modelOutput: answerOf(family)('Grüße "你好"\n') });
    expect(read(family, line).outcome).toEqual({
      id,
      status: 'succeeded',
      response: 'Grüße "你好"\n',
      stop: 'end_turn',
      inputTokens: 12,
      outputTokens: 5,
    });
  });

  test('the order of the keys and white space do not matter', () => {
    const order = fc.shuffledSubarray(['recordId', 'modelInput', 'modelOutput', 'extra'], { minLength: 4 });
    fc.assert(
      fc.property(order, fc.string({ unit: 'binary' }), fc.constantFrom(undefined, 1, '\t'), (keys, text, indent) => {
        const whole: Record<string, unknown> = {
          recordId: id,
          modelInput: { modelOutput: { content: [{ type: 'text', text: 'echo' }] }, recordId: 'x' },
          modelOutput: answerOf(family)(text),
          extra: { error: { errorCode: 1 } },
        };
        const line = JSON.stringify(Object.fromEntries(keys.map((key) => [key, whole[key]])), null, indent);
        const { outcome } = read(family, line);
        expect(outcome).toMatchObject({ id, status: 'succeeded', response: JSON.parse(JSON.stringify(text)) });
      }),
    );
  });

  test('a line that is cut off is malformed, wherever the cut is', () => {
    const line = bytesOf(JSON.stringify({ recordId: id, modelInput: { a: '"}' }, modelOutput: answerOf(family)('é}') }));
    for (let cut = 0; cut < line.length; cut++) expect(read(family, line.slice(0, cut)).kind).toBe(LineKind.malformed);
  });
});

test('any JSON in place of an answer is read as the family reads it', () => {
  const leaf = fc.oneof(fc.string(), fc.nat(), fc.constant(null), fc.double(), fc.constantFrom('text', 'max_tokens'));
  const key = fc.constantFrom(
    'content',
    'type',
    'text',
    'stop_reason',
    'stopReason',
    'usage',
    'input_tokens',
    'inputTokens',
    'output',
    'message',
    'embedding',
    'x',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 5 }, leaf, tie('array'), tie('object')),
    array: fc.array(tie('tree'), { maxLength: 2 }),
    object: fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
  }));
  const shaped = fc.oneof(
    tree,
    tree.map((content) => ({ content: [{ type: 'text', text: 'a' }], usage: content })),
    tree.map((block) => ({ content: [block], stop_reason: 'max_tokens' })),
    tree.map((block) => ({ output: { message: { content: [block] } }, usage: { inputTokens: 1 } })),
    fc
      .array(fc.oneof(fc.double(), fc.integer(), leaf), { maxLength: 3 })
      .map((embedding) => ({ embedding, inputTextTokenCount: 3 })),
  );
  fc.assert(
    fc.property(fc.constantFrom(...FAMILIES), shaped, (family, modelOutput) => {
      const line = JSON.stringify({ recordId: id, modelOutput });
      const oracle = JSON.parse(line).modelOutput;
      const answer = oracle === null ? undefined : family.answer(oracle);
      const { outcome, decoder } = read(family.name, line);
      if (answer === undefined) {
        expect(outcome).toMatchObject({ status: 'failed', code: oracle === null ? 'bad_error' : 'bad_output' });
        return;
      }
      const { stopReason: stop, text: response, ...rest } = answer;
      expect(outcome).toEqual(JSON.parse(JSON.stringify({ id, status: 'succeeded', ...rest, response, stop })));
      expect([decoder.inputTokens, decoder.outputTokens]).toEqual([answer.inputTokens ?? -1, answer.outputTokens ?? -1]);
    }),
    { numRuns: 3_000 },
  );
});

test('an embedding keeps its digits as they were written', () => {
  const line = `{"modelOutput":{"embedding":[0.10,-1.50e-3 , 2],"inputTextTokenCount":8},"recordId":"${id}"}`;
  const decoder = new OutputDecoder({ family: familyNamed('titan-embed-text'), recordPrefix: prefix });
  decoder.scan(bytesOf(line), 0, line.length);
  decoder.decode();
  const out = new Uint8Array(decoder.size);
  decoder.write(out, 0);
  expect(new TextDecoder().decode(out)).toBe(
    `{"id":"${id}","status":"succeeded","embedding":[0.10,-1.50e-3 , 2],"stop":"","in":8}\n`,
  );
});

test('an answer that was cut off at the token limit is a success that says so', () => {
  const output = { ...answers['anthropic']!('half an ans'), stop_reason: 'max_tokens' };
  const { outcome, decoder } = read('anthropic', JSON.stringify({ recordId: id, modelOutput: output }));
  expect([outcome?.status, decoder.truncated]).toEqual(['succeeded', true]);
});

test.each([
  ['a number as the code', { errorCode: 429, errorMessage: 'slow down' }, { code: '429', message: 'slow down', retry: true }],
  ['a string as the code', { errorCode: '400', errorMessage: 'bad' }, { code: '400', message: 'bad', retry: false }],
  ['the name of an exception', { errorCode: 'ThrottlingException' }, { code: 'ThrottlingException', retry: true }],
  ['blocked content under a 5xx', { errorCode: 500, errorMessage: 'blocked by content filter' }, { code: '500', retry: false }],
  ['a passing trouble under a 400', { errorCode: 400, errorMessage: 'model is not ready' }, { code: '400', retry: true }],
  ['a code that nobody knows', { errorCode: 799 }, { code: '799', retry: true }],
  ['a bare string', 'it broke', { code: 'bad_error', message: 'it broke', retry: true }],
  ['nothing useful', { expired: true }, { code: 'bad_error', message: '{"expired":true}', retry: true }],
])('an error with %s is read', (_, error, expected) => {
  const { outcome } = read('anthropic', JSON.stringify({ recordId: id, modelInput: {}, error }));
  expect(outcome).toMatchObject({ id, status: 'failed', ...expected });
});

test('an error beside a null answer, and an answer beside a null error, are read for what they are', () => {
  const error = { errorCode: 503, errorMessage: 'x' };
  expect(read('anthropic', JSON.stringify({ recordId: id, modelOutput: null, error })).outcome).toMatchObject({ code: '503' });
  const modelOutput = answers['anthropic']!('yes');
  expect(read('anthropic', JSON.stringify({ recordId: id, error: null, modelOutput })).outcome).toMatchObject({
    response: 'yes',
  });
});

test('keys and ids written with escapes are read as a parser reads them', () => {
  const output = JSON.stringify(answers['anthropic']!('yes'));
  const escaped = `{"record\\u0049d":"\\u006b${id.slice(1)}","model\\u004futput":${output}}`;
  expect(read('anthropic', escaped).outcome).toMatchObject({ id, status: 'succeeded', response: 'yes' });
});

test('of two equal keys in an answer the last counts, whole', () => {
  const content = '[{"type":"text","text":"yes"}]';
  const usage = '"usage":{"input_tokens":1,"output_tokens":2},"usage":{"output_tokens":3}';
  const { outcome } = read('anthropic', `{"recordId":"${id}","modelOutput":{"content":${content},${usage}}}`);
  expect(outcome).toEqual({ id, status: 'succeeded', response: 'yes', stop: '', outputTokens: 3 });
});

test('bytes that are not UTF-8 in an answer are replaced, not passed on', () => {
  const head = bytesOf(`{"recordId":"${id}","modelOutput":{"content":[{"type":"text","text":"a`);
  const line = Uint8Array.from([...head, 0xff, ...bytesOf('b"}]}}')]);
  expect(read('anthropic', line).outcome).toMatchObject({ status: 'succeeded', response: 'a\ufffdb' });
});

test('foreign ids, padding and lines that are no objects are told apart', () => {
  const kindOf = (line: string) => read('anthropic', line).kind;
  const other = [recordId('k4', 41), 'CALL0000001', 'K3000001500', `${id}0`, '', 'é'.repeat(11)];
  for (const foreign of other) expect(kindOf(JSON.stringify({ recordId: foreign, modelOutput: {} }))).toBe(LineKind.foreign);
  expect(kindOf('{"recordId":41,"modelOutput":{}}')).toBe(LineKind.foreign);
  expect(kindOf('{"modelOutput":{}}')).toBe(LineKind.foreign);
  expect(kindOf('{}')).toBe(LineKind.foreign);
  expect(kindOf(JSON.stringify({ recordId: recordId(prefix, SENTINEL_FIRST_ORDINAL + 3) }))).toBe(LineKind.sentinel);
  for (const line of ['', ' ', '[]', 'null', '{', '}', '{"a":1}}', '{"a" 1}', '{"a":1,}', '{"totalRecordCount":1']) {
    expect(kindOf(line)).toBe(LineKind.malformed);
  }
});

test('no bytes at all make it throw, and what it reads from real JSON is what a parser reads', () => {
  const valid = bytesOf(JSON.stringify({ recordId: id, modelInput: { a: ['b'] }, modelOutput: answers['anthropic']!('c\\d"é') }));
  const change = fc.tuple(fc.nat(valid.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const line = valid.slice();
      for (const [at, byte] of changes) line[at] = byte;
      const { outcome } = read(
        'anthropic',
        line.filter((byte) => byte !== 10),
      );
      let oracle: { recordId?: unknown; modelOutput?: unknown; error?: unknown } | undefined;
      try {
        oracle = JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(line.filter((byte) => byte !== 10)));
      } catch {
        return;
      }
      if (oracle?.recordId !== id || oracle.error !== undefined) return;
      const answer = oracle.modelOutput == null ? undefined : familyNamed('anthropic').answer(oracle.modelOutput);
      expect(outcome).toMatchObject(answer ? { status: 'succeeded', response: answer.text } : { status: 'failed' });
    }),
    { numRuns: 3_000 },
  );
});
