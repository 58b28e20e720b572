import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countTokens, firstTokens } from './tokens.ts';

test.each([
  ['', 0],
  ['hello', 1],
  ['sentiment', 2],
  ['a, b', 3],
  ['東京都', 3],
  ['🎈🎈', 2],
  [' \n\t ', 0],
])('%j has %i tokens', (text, tokens) => {
  expect(countTokens(text)).toBe(tokens);
});

test('a beginning has the tokens that it may have, and all of them when the text has more', () => {
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.lorem());
  fc.assert(
    fc.property(texts, fc.nat(30), (text, most) => {
      const cut = firstTokens(text, most);
      expect(text.startsWith(cut)).toBe(true);
      expect(countTokens(cut)).toBe(Math.min(most, countTokens(text)));
    }),
  );
});
