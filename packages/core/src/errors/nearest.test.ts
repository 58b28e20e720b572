import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, nearestNames } from './nearest.ts';

describe('nearest names', () => {
  it('come nearest first, and far ones not at all', () => {
    expect(nearestNames('txt', ['author', 'text', 'txt2', 'TXT'])).toEqual(['TXT', 'text', 'txt2']);
    expect(nearestNames('zzzz', ['author', 'text'])).toEqual([]);
    expect(nearestNames('haiku', ['claude-3-haiku', 'claude-3-opus'])).toEqual(['claude-3-haiku']);
  });

  it('hold every name that is one edit away', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.nat(), fc.constantFrom('', 'x', 'xy'), (name, at, replacement) => {
        const i = at % name.length;
        const other = name.slice(0, i) + replacement + name.slice(i + 1);
        expect(nearestNames(other, [name])).toEqual([name]);
      }),
    );
  });

  it('read as a question', () => {
    expect(didYouMean('txt', ['text'])).toBe('did you mean text');
    expect(didYouMean('txt', ['text', 'txt1', 'txt2'])).toBe('did you mean text, txt1 or txt2');
    expect(didYouMean('q', ['text'])).toBeUndefined();
  });
});
