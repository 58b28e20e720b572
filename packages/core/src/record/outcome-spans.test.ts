import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteView } from './escape-json.ts';
import { ordinalOf, recordId } from './ids.ts';
import { encodeOutcome, type Outcome } from './outcome-line.ts';
import { emptyOutcomeSpans, isCutOff, OutcomeStatus, readOutcome } from './outcome-spans.ts';
import { vectorTextRoom, writeVector } from './vector-pack.ts';

const string = fc.string({ unit: 'binary' });
const count = fc.option(fc.nat(), { nil: undefined });
const id = fc.nat(10_000_000).map((ordinal) => recordId('k3', ordinal));
const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({
    id,
    status: fc.constant('succeeded' as const),
    response: string,
    stop: string,
    inputTokens: count,
    outputTokens: count,
  }),
  fc.record({
    id,
    status: fc.constant('succeeded' as const),
    embedding: fc.array(fc.integer()),
    stop: string,
    inputTokens: count,
  }),
  fc.record({ id, status: fc.constant('failed' as const), code: string, message: string, retry: fc.boolean() }),
  fc.record({ id, status: fc.constant('missing' as const) }),
  fc.record({ id, status: fc.constant('rejected' as const), code: string, message: string, line: fc.nat() }),
  fc
    .tuple(fc.nat(9_999), fc.integer({ min: 1, max: 9_999 }))
    .map(([of, more]) => ({ id: recordId('k3', of + more), status: 'duplicate' as const, of: recordId('k3', of) })),
);

/** The spans, made into an outcome again. */
function reread(line: Uint8Array): unknown {
  const spans = emptyOutcomeSpans();
  const block = new Uint8Array(line.length + 5).fill(0x22);
  block.set(line, 2);
  if (!readOutcome(block, 2, 1 + line.length, spans)) return undefined;
  const text = (start: number, end: number) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(block.subarray(start, end));
  const inside = (start: number, end: number) => JSON.parse(`"${text(start, end)}"`);
  const own = text(spans.idStart, spans.idStart + 11);
  expect(spans.ordinal).toBe(ordinalOf(block, spans.idStart));
  const failure = () => ({ code: inside(spans.codeStart, spans.codeEnd), message: inside(spans.messageStart, spans.messageEnd) });
  switch (spans.status) {
    case OutcomeStatus.succeeded: {
      const value = spans.isEmbedding
        ? vector(block, spans.valueStart, spans.valueEnd)
        : JSON.parse(text(spans.valueStart, spans.valueEnd));
      const tokens = [spans.inputTokens, spans.outputTokens].map((each) => (each < 0 ? undefined : each));
      const [inputTokens, outputTokens] = tokens;
      const stop = inside(spans.stopStart, spans.stopEnd);
      const what = spans.isEmbedding ? { embedding: value } : { response: value };
      return { id: own, status: 'succeeded', ...what, stop, inputTokens, outputTokens };
    }
    case OutcomeStatus.failed:
      return { id: own, status: 'failed', ...failure(), retry: spans.retry };
    case OutcomeStatus.rejected:
      return { id: own, status: 'rejected', ...failure(), line: spans.line };
    case OutcomeStatus.duplicate:
      return { id: own, status: 'duplicate', of: recordId('k3', spans.of) };
    default:
      return { id: own, status: 'missing' };
  }
}

/** The numbers of an embedding, packed or not. */
function vector(block: Uint8Array, start: number, end: number): unknown {
  const room = byteView(new Uint8Array(vectorTextRoom(end - start) + end - start));
  const length = writeVector(byteView(block), start, end, room, 0);
  return JSON.parse(new TextDecoder().decode(room.bytes.subarray(0, length)));
}

test('the spans of a line hold what the line was made from', () => {
  fc.assert(
    fc.property(outcomes, (outcome) => {
      expect(reread(encodeOutcome(outcome))).toEqual(outcome);
    }),
  );
});

test('a damaged line is never taken for a whole one: a cut at any byte is seen', () => {
  fc.assert(
    fc.property(outcomes, fc.nat(), (outcome, cut) => {
      const line = encodeOutcome(outcome);
      const shorter = line.slice(0, cut % (line.length - 1));
      expect(reread(Uint8Array.from([...shorter, 10]))).toBeUndefined();
    }),
  );
});

test('a line with something between its last value and its end is damaged', () => {
  for (const status of ['succeeded","response":"a","stop":"x","in":1', 'failed","code":"1","message":"m","retry":true']) {
    const whole = `{"id":"${recordId('k3', 1)}","status":"${status}`;
    const bytes = (text: string) => new TextEncoder().encode(`${text}}\n`);
    expect(reread(bytes(whole))).toBeDefined();
    expect(reread(bytes(`${whole},"x":1`))).toBeUndefined();
  }
});

test('answers cut off at a limit are told from whole ones, however many reasons there are', () => {
  const cutOff = (stop: string) => {
    const line = encodeOutcome({ id: recordId('k3', 1), status: 'succeeded', response: '', stop });
    const spans = emptyOutcomeSpans();
    readOutcome(line, 0, line.length - 1, spans);
    return isCutOff(spans);
  };
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20; i++) expect(cutOff(`reason ${i}`)).toBe(false);
    expect(['end_turn', '', 'max_tokens', 'length', 'MAX_TOKENS', 'max_tokens_'].map(cutOff)).toEqual([
      false,
      false,
      true,
      true,
      true,
      false,
    ]);
  }
});
