import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeOutcome, encodeRejectedOutcome, type Outcome, parseOutcome } from './outcome-line.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('a rejected row is one line with its keys in their fixed order', () => {
  const line = encodeRejectedOutcome({ id: 'r10000007aa', code: 'ragged_row', message: 'has 3 cells, the header 4', line: 12 });
  expect(text(line)).toBe(
    '{"id":"r10000007aa","status":"rejected","code":"ragged_row","message":"has 3 cells, the header 4","line":12}\n',
  );
});

test('an unknown number of tokens is left out, not written as null', () => {
  const line = encodeOutcome({ id: 'r1000000000', status: 'succeeded', response: 'yes', stop: 'end_turn', outputTokens: 3 });
  expect(text(line)).toBe('{"id":"r1000000000","status":"succeeded","response":"yes","stop":"end_turn","out":3}\n');
});

test('every outcome survives its line', () => {
  const string = fc.string({ unit: 'binary' });
  const count = fc.option(fc.nat(), { nil: undefined });
  const id = fc.constant('r1000000000');
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
  );
  fc.assert(
    fc.property(outcomes, (outcome) => {
      const line = encodeOutcome(outcome);
      expect(line.indexOf(10)).toBe(line.length - 1);
      expect(parseOutcome(line, 0, line.length - 1)).toEqual(JSON.parse(JSON.stringify(outcome)));
    }),
  );
});
