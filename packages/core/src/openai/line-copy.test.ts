import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineOf } from '../testing/openai-lines.ts';
import { copyOf, cutLine } from './fan-out.ts';
import { MAX_REQUESTS_OF_LINE } from './line.ts';
import { copyOfLine, isCopyOfLine } from './line-copy.ts';

const found = (text: string, how: typeof copyOfLine | typeof isCopyOfLine = copyOfLine): number | boolean => {
  const bytes = new TextEncoder().encode(`{"n":1}\n${text}{"n":2}`);
  return how(bytes, 8, bytes.length - 7);
};

test('which copy a line is stands in its last bytes, as a parser reads it', () => {
  const cut = cutLine(lineOf({ messages: [{ role: 'user', content: 'hello' }], n: 128 }))!;
  for (const line of cut)
    for (const end of ['', '\n', '\r\n']) {
      expect(found(JSON.stringify(line) + end)).toBe(copyOf(line)?.copy);
      expect(found(JSON.stringify(line) + end, isCopyOfLine)).toBe(true);
    }
  const last = { body: {}, batchrock: { copy: MAX_REQUESTS_OF_LINE - 1, of: MAX_REQUESTS_OF_LINE } };
  expect(found(`${JSON.stringify(last)}\r\n`)).toBe(MAX_REQUESTS_OF_LINE - 1);
});

test('a line that was never cut is none, whatever its texts look like', () => {
  const mark = '"batchrock":{"copy":7,"of":9}}';
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, behind) => {
      const line = JSON.stringify({ custom_id: 'x', text: `${before}${mark}${behind}` });
      expect([found(line), found(line, isCopyOfLine)]).toEqual([0, false]);
    }),
  );
});
