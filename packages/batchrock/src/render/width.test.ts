import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth, fit, pad, printable } from './width.ts';

test.each([
  ['abc', 3],
  ['你好', 4],
  ['e\u0301', 1],
  ['👍', 2],
  ['안녕', 4],
  ['', 0],
])('%s takes %d columns', (text, width) => expect(displayWidth(text)).toBe(width));

test('a cut text is never wider than it may be, and says that it was cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 30 }), (text, width) => {
      const cut = fit(text, width);
      expect(displayWidth(cut)).toBeLessThanOrEqual(width);
      if (displayWidth(text) <= width) expect(cut).toBe(text);
      else if (width > 0) expect(cut.endsWith('…')).toBe(true);
    }),
  );
});

test('padding fills up to the width on either side', () => {
  expect(pad('你', 4, 'left')).toBe('你  ');
  expect(pad('7', 3, 'right')).toBe('  7');
});

test('what is printed has no control character, so that data cannot steer the terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(printable(text))),
  );
  expect(printable('a\r\nb\u001b[31mc')).toBe('a⏎b·[31mc');
});
