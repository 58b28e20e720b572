import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerFields } from './answer-fields.ts';
import { encodeOutcome } from './outcome-line.ts';
import { emptyOutcomeSpans, readOutcome } from './outcome-spans.ts';

function read(response: string, keys: readonly string[]): readonly (string | undefined)[] {
  const line = encodeOutcome({ id: 'k3000000000', status: 'succeeded', response, stop: 'end_turn' });
  const spans = emptyOutcomeSpans();
  expect(readOutcome(line, 0, line.length - 1, spans)).toBe(true);
  return [...new AnswerFields(keys).read(spans)];
}

test('the values of all keys are found as they were written, whatever stands around and in them', () => {
  const space = fc.constantFrom('', ' ', '\n', '\r\n\t ');
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(space, { minLength: 4, maxLength: 4 }), (object, spaces) => {
      const [a, b, c, d] = spaces;
      const members = Object.entries(object).map(([key, value]) => {
        const json = JSON.stringify(value, undefined, d === '' ? 0 : 2);
        return `${a}${JSON.stringify(key)}${b}:${c}${json}${d}`;
      });
      const keys = Object.keys(object);
      const values = read(`${a}{${members.join(',')}${b}}${c}`, keys);
      expect(values).toEqual(keys.map((key) => JSON.stringify(object[key])));
    }),
  );
});

test('every digit stays, of two equal keys the last one counts, and what is no object has no fields', () => {
  expect(read('{"n":12345678901234567890.10,"n":1e400,"t":"a\\"b"}', ['n', 't', 'other'])).toEqual([
    '1e400',
    '"a\\"b"',
    undefined,
  ]);
  expect(read('{"\\u006e":12345678901234567890}', ['n'])).toEqual(['12345678901234567890']);
  for (const text of ['[1]', '"x"', '7', 'null']) expect(read(text, ['n'])).toEqual([undefined]);
});

test('a value may be as deep as it likes', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  expect(read(`{"n":${deep},"m":1}`, ['m'])).toEqual(['1']);
});
