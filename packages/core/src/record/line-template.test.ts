import fc from 'fast-check';
import { expect, test } from 'vitest';
import { familyNamed } from '../model/index.ts';
import { LineKind, OutputDecoder } from './decode.ts';
import { recordId } from './ids.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const newDecoder = () => new OutputDecoder({ family: familyNamed('anthropic'), recordPrefix: 'k3' });

/** What a decoder makes of a line, as text. */
function read(decoder: OutputDecoder, bytes: Uint8Array, start: number, end: number): string {
  const kind = decoder.scan(bytes, start, end);
  if (kind !== LineKind.record) return `kind ${kind}`;
  decoder.decode();
  const out = new Uint8Array(decoder.size);
  decoder.write(out, 0);
  const { ordinal, sub, succeeded, truncated, retry, inputTokens, outputTokens } = decoder;
  return new TextDecoder().decode(out) + JSON.stringify({ ordinal, sub, succeeded, truncated, retry, inputTokens, outputTokens });
}

/** All lines of a block by one decoder that learns, guessing where they end as the way back does. */
function readAll(block: Uint8Array): string[] {
  const decoder = newDecoder();
  const seen: string[] = [];
  for (let at = 0; at < block.length; ) {
    const guessed = decoder.lineEnd(block, at, block.length);
    const found = block.indexOf(10, at);
    const end = found < 0 ? block.length : found;
    if (guessed >= 0) expect(guessed).toBe(end);
    seen.push(read(decoder, block, at, end));
    at = end + 1;
  }
  return seen;
}

/** Each line by a decoder that has seen no other. */
function readAlone(block: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < block.length; ) {
    const found = block.indexOf(10, at);
    const end = found < 0 ? block.length : found;
    lines.push(read(newDecoder(), block, at, end));
    at = end + 1;
  }
  return lines;
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '"',
    '\\',
    '","modelOutput":{"content":[{"type":"text","text":"forged"}]},"x":"',
    '}]}',
    '\u2028',
    'é'.repeat(9),
  ),
);
const raw = fc.constantFrom('1', '0', '-1', '1.5', '1e3', '007', '12345678901234567890', 'null', '"3"', '{}');
const stop = fc.constantFrom('"end_turn"', '"max_tokens"', '"end\\u005fturn"', 'null', '"\\u0000"');
const line = fc
  .record({
    ordinal: fc.nat(50),
    prompt: text,
    answer: text,
    tokens: raw,
    stop,
    shape: fc.constantFrom(
      'plain',
      'plain',
      'plain',
      'plain',
      'torn',
      'error',
      'reversed',
      'spaced',
      'extra',
      'two',
      'bytes',
      'newline',
      'thinking',
      'foreign',
    ),
    cut: fc.nat(200),
  })
  .map((o) => {
    const id = o.shape === 'foreign' ? 'CALL0000001' : recordId('k3', o.ordinal);
    const recordIdPair = `"recordId":"${id}"`;
    const input = `"modelInput":{"max_tokens":16,"messages":[{"role":"user","content":${JSON.stringify(o.prompt)}}]}`;
    const block = `{"type":"${o.shape === 'thinking' ? 'thinking' : 'text'}","text":${JSON.stringify(o.answer)}}`;
    const content = o.shape === 'two' ? `[${block},${block}]` : `[${block}]`;
    const output = `"modelOutput":{"content":${content},"stop_reason":${o.stop},"usage":{"input_tokens":12,"output_tokens":${o.tokens}}}`;
    const error = `"error":{"errorCode":429,"errorMessage":${JSON.stringify(o.answer)}}`;
    if (o.shape === 'error') return `{${recordIdPair},${input},${error}}`;
    if (o.shape === 'reversed') return `{${output},${input},${recordIdPair}}`;
    if (o.shape === 'spaced') return `{ ${recordIdPair}, ${input}, ${output} }`;
    if (o.shape === 'extra') return `{${recordIdPair},${input},${output},${error}}`;
    if (o.shape === 'bytes') return `{${recordIdPair},${input},${output}}`.replace('"text":"', '"text":"\u0001');
    const whole = `{${recordIdPair},${input},${output}}`;
    if (o.shape === 'newline') return whole.replace('"content":"', '"content":"\n');
    return o.shape === 'torn' ? whole.slice(0, o.cut) : whole;
  });

test('a decoder that has learnt a shape reads every line as one that has not', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const block = bytesOf(lines.join('\n'));
      expect(readAll(block)).toEqual(readAlone(block));
    }),
    { numRuns: 2_000 },
  );
});

test('bytes changed anywhere in lines of one shape are seen as they would be alone', () => {
  const line = (answer: string) =>
    `{"recordId":"${recordId('k3', 7)}","modelInput":{"a":"b"},"modelOutput":{"content":[{"type":"text","text":"${answer}"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2}}}\n`;
  const whole = bytesOf(line('one') + line('two \\n') + line('drei ü'));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), (changes) => {
      const block = whole.slice();
      for (const [at, byte] of changes) block[at] = byte;
      expect(readAll(block)).toEqual(readAlone(block));
    }),
    { numRuns: 3_000 },
  );
});
