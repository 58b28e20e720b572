import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isBlank } from './prefill.ts';

it('a text is blank by what ECMAScript takes for white space, control characters not among it', () => {
  for (const blank of ['', ' ', '\n\t\r\v\f', '\u00a0\u2028\u3000\ufeff']) expect(isBlank(blank)).toBe(true);
  for (const text of ['\u0001', '\u007f', '\u0085', ' x', '\u3000😀', '\ud83d']) expect(isBlank(text)).toBe(false);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => isBlank(text) === (text.trim() === '')));
});
