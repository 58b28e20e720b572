import { seededRandom } from '@batchrock/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { familyNamed } from '../model/index.ts';
import { LineKind, OutputDecoder } from './decode.ts';
import { isSentinelOrdinal, ordinalOf, RECORD_ID_LENGTH, recordId, recordPrefixBytes, subIndexOf } from './ids.ts';
import { addressOf, releaseBlock, takeBlock } from './kernel.ts';
import { parseOutcome } from './outcome-line.ts';
import { OutcomeReader } from './outcome-reader.ts';
import { emptyOutcomeSpans, readOutcome } from './outcome-spans.ts';

/** `BATCHROCK_FUZZ_CASES=100000` for the full number, `BATCHROCK_FUZZ_SEED` for others. */
const CASES = Number(process.env['BATCHROCK_FUZZ_CASES'] ?? 12_000);
const PREFIX = 'k3';
const BLOCK_BYTES = 1 << 14;

const random = seededRandom(Number(process.env['BATCHROCK_FUZZ_SEED'] ?? 20_261_121));
const below = (limit: number) => Math.floor(random.next() * limit);
const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const bytesOf = (text: string) => new TextEncoder().encode(text);

const TEXTS = [
  'yes',
  '',
  'é',
  '漢字 🧗',
  '"',
  '\\',
  '\n',
  '\u0000',
  '\u2028',
  '\ud800',
  'x'.repeat(40),
  '{"a":[1]}',
  'ü'.repeat(17),
  '\\u00',
];
const text = () => Array.from({ length: below(6) }, () => pick(TEXTS)).join('');
/** Most lines have the shape of those before them, so that they are matched with a template. */
const isOdd = () => below(12) === 0;
const usage = () => (isOdd() ? oddCount() : below(500));
const oddCount = () =>
  pick([7, 0, 123_456, 123_456_789_012_345, 1_234_567_890_123_456, 12_345_678_901_234_568, -1, 1.5, null, '3', 1e20]);
const stop = () => (isOdd() ? pick(['', 'stop"', null]) : pick(['end_turn', 'max_tokens']));

const ANSWERS: Readonly<Record<string, () => object>> = {
  anthropic: () => ({
    id: 'msg_1',
    type: 'message',
    content: [{ type: 'text', text: text() }],
    stop_reason: stop(),
    stop_sequence: null,
    usage: { input_tokens: usage(), output_tokens: usage() },
  }),
  nova: () => ({
    output: { message: { role: 'assistant', content: [{ text: text() }] } },
    stopReason: stop(),
    usage: { inputTokens: usage(), outputTokens: usage(), totalTokens: 1 },
  }),
  'titan-embed-text': () => ({
    embedding: Array.from({ length: 1 + below(6) }, () => pick([0.25, -1, 1e-7, 0.017_265_322, 3e300, 0])),
    inputTextTokenCount: usage(),
  }),
};

function line(family: string): Uint8Array {
  const id = recordId(pick([PREFIX, PREFIX, PREFIX, 'k4']), below(2_000), below(8) === 0 ? 1 : 0);
  const modelInput = { messages: [{ role: 'user', content: text() }], recordId: 'x', max_tokens: 300 };
  const outcome =
    below(8) === 0 ? { error: { errorCode: pick([400, '429']), errorMessage: text() } } : { modelOutput: ANSWERS[family]!() };
  const whole = isOdd() ? { ...outcome, modelInput, recordId: id } : { recordId: id, modelInput, ...outcome };
  return bytesOf(JSON.stringify(whole, null, isOdd() ? 1 : 0).replaceAll('\n', ' '));
}

/** Bytes changed, cut, doubled or put in: none, one or a few. No LF, which would make two lines of it. */
function changed(whole: Uint8Array): Uint8Array {
  let bytes = whole;
  for (let changes = Math.max(0, below(5) - 1); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    const to = Math.min(bytes.length, at + below(12));
    const odd = pick([0x22, 0x5c, 0x2c, 0x7b, 0x7d, 0x00, 0xff, 0xc3, 0x75, 0x30, 0x2d, 0x65, below(256)]);
    const middle = pick([[], [odd], [odd, ...bytes.subarray(at, to)], [...bytes.subarray(at, to), ...bytes.subarray(at, to)]]);
    bytes =
      below(12) === 0 ? bytes.subarray(0, at) : Uint8Array.from([...bytes.subarray(0, at), ...middle, ...bytes.subarray(to)]);
  }
  return bytes.filter((byte) => byte !== 10);
}

interface Seen {
  readonly kind: LineKind;
  readonly ordinal: number;
  readonly sub: number;
  /** The outcome line, a character a byte. */
  readonly line: string;
  readonly facts: string;
}

/** What a decoder makes of the line in a block, as the way back asks it. */
function read(decoder: OutputDecoder, block: Uint8Array, length: number, out: Uint8Array): Seen {
  const guessed = decoder.lineEnd(block, 3, 3 + length + 1);
  if (guessed >= 0) expect(guessed).toBe(3 + length);
  const kind = decoder.scan(block, 3, 3 + length);
  const isKnown = kind === LineKind.record || kind === LineKind.sentinel;
  const [ordinal, sub] = isKnown ? [decoder.ordinal, decoder.sub] : [-1, 0];
  if (kind !== LineKind.record) return { kind, ordinal, sub, line: '', facts: '' };
  decoder.decode();
  out.fill(0xee, 0, decoder.size + 40);
  const { succeeded, truncated, retry, inputTokens, outputTokens, size } = decoder;
  expect(decoder.write(out, 8)).toBe(8 + size);
  expect([out[7], out[8 + size], out[7 + size]]).toEqual([0xee, 0xee, 10]);
  const facts = JSON.stringify({ succeeded, truncated, retry, inputTokens, outputTokens });
  return { kind, ordinal, sub, line: Buffer.from(out.subarray(8, 8 + size)).toString('latin1'), facts };
}

/** What a parser makes of the whole line; undefined when it is no JSON object, of which nothing is promised. */
function oracle(bytes: Uint8Array, family: string): { kind: LineKind; answer?: object | undefined } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: LineKind.malformed };
  const { recordId: id, modelOutput } = value as Record<string, unknown>;
  if (typeof id !== 'string' || id.length !== RECORD_ID_LENGTH) return { kind: LineKind.foreign };
  const idBytes = bytesOf(id);
  const ordinal = idBytes.length === RECORD_ID_LENGTH ? ordinalOf(idBytes, 0, recordPrefixBytes(PREFIX)) : -1;
  if (ordinal < 0) return { kind: LineKind.foreign };
  if (isSentinelOrdinal(ordinal)) return { kind: LineKind.sentinel };
  const answer = modelOutput == null ? undefined : familyNamed(family).answer(modelOutput);
  if (answer === undefined) return { kind: LineKind.record };
  const { stopReason: stop, text: response, ...rest } = answer;
  const whole = { id: recordId(PREFIX, ordinal, subIndexOf(idBytes, 0)), status: 'succeeded', ...rest, response, stop };
  return { kind: LineKind.record, answer: withoutMinusZero(whole) };
}

/** Copied digits keep the sign of -0, which `JSON.stringify` drops. */
function withoutMinusZero(outcome: object): object {
  return JSON.parse(JSON.stringify(outcome));
}

const blocks = [takeBlock(BLOCK_BYTES), takeBlock(BLOCK_BYTES)] as const;
const plain = [new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES)] as const;
afterAll(() => blocks.forEach(releaseBlock));

describe.each(Object.keys(ANSWERS))('output lines of %s with bytes changed and cut', (family) => {
  test('are read alike by the kernel, by JavaScript and by a parser, and nothing throws', () => {
    expect(addressOf(blocks[0])).toBeGreaterThan(0);
    const decoders = [0, 1].map(() => new OutputDecoder({ family: familyNamed(family), recordPrefix: PREFIX }));
    let parsed = 0;
    let answers = 0;
    let matched = 0;
    for (let i = 0; i < Math.ceil(CASES / 3); i++) {
      const bytes = changed(line(family));
      for (const block of [blocks[0], plain[0]]) {
        block.fill(0x22, 0, bytes.length + 32);
        block.set(bytes, 3);
        block[3 + bytes.length] = 10;
      }
      if (decoders[0]!.lineEnd(blocks[0], 3, 4 + bytes.length) >= 0) matched += 1;
      const seen = read(decoders[0]!, blocks[0], bytes.length, blocks[1]);
      expect(read(decoders[1]!, plain[0], bytes.length, plain[1])).toEqual(seen);
      const expected = oracle(bytes, family);
      if (expected === undefined) continue;
      parsed += 1;
      expect(seen.kind, utf8.decode(bytes)).toBe(expected.kind);
      if (seen.kind !== LineKind.record) continue;
      const outcome = parseOutcome(Buffer.from(seen.line, 'latin1'));
      if (expected.answer === undefined) expect(outcome.status, utf8.decode(bytes)).toBe('failed');
      else expect(withoutMinusZero(outcome), utf8.decode(bytes)).toEqual(expected.answer);
      if (expected.answer !== undefined) answers += 1;
    }
    for (const decoder of decoders) decoder.close();
    // the changes must leave enough to compare
    expect([parsed > CASES / 12, answers > CASES / 24]).toEqual([true, true]);
    if (family !== 'titan-embed-text') expect(matched).toBeGreaterThan(CASES / 60);
  });
});

test('outcome lines with bytes changed and cut are read alike by the kernel and by JavaScript', () => {
  const reader = new OutcomeReader();
  const decoder = new OutputDecoder({ family: familyNamed('anthropic'), recordPrefix: PREFIX });
  const spans = emptyOutcomeSpans();
  const [block, out] = blocks;
  let whole = 0;
  for (let i = 0; i < CASES / 2; i++) {
    const source = line('anthropic');
    if (decoder.scan(source, 0, source.length) !== LineKind.record) continue;
    decoder.decode();
    const size = decoder.write(out, 0) - 1;
    const bytes = changed(out.slice(0, size));
    block.fill(0x22, 0, bytes.length + 32);
    block.set(bytes, 5);
    block[5 + bytes.length] = 10;
    const end = reader.lineEnd(block, 5, 5 + bytes.length + 1);
    const isSound = readOutcome(bytes, 0, bytes.length, spans);
    if (end >= 0) expect([end, isSound]).toEqual([5 + bytes.length, true]);
    expect(reader.read(block, 5, 5 + bytes.length)).toBe(isSound);
    if (!isSound) continue;
    whole += 1;
    expect(facts(reader.spans, 5)).toEqual(facts(spans, 0));
  }
  reader.close();
  decoder.close();
  expect(whole).toBeGreaterThan(CASES / 10);
});

function facts(spans: ReturnType<typeof emptyOutcomeSpans>, offset: number): object {
  const { ordinal, idStart, status, start, end } = spans;
  const common = [ordinal, status, idStart - offset, start - offset, end - offset];
  if (status !== 0x73) return common;
  const { valueStart, valueEnd, stopStart, stopEnd, inputTokens, outputTokens, isEmbedding } = spans;
  return [
    ...common,
    ...[valueStart, valueEnd, stopStart, stopEnd].map((at) => at - offset),
    inputTokens,
    outputTokens,
    isEmbedding,
  ];
}
