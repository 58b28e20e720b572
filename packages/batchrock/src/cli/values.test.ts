import { expect, test } from 'vitest';
import { dedupe, delimiter, dollars, list, milliseconds, nameAndValue, positiveNumber, share, wholeNumber } from './values.ts';

test('values are read as they are meant', () => {
  expect(wholeNumber(1, 10)('10')).toBe(10);
  expect([share('0.02'), share('2%'), share('1')]).toEqual([0.02, 0.02, 1]);
  expect([dollars('80'), dollars('$2.50')]).toEqual([80, 2.5]);
  expect(['45s', '30m', '2h', '90', '300ms'].map(milliseconds)).toEqual([45_000, 1_800_000, 7_200_000, 90_000, 300]);
  expect(nameAndValue('stop=a=b', nameAndValue('temperature=0'))).toEqual({ temperature: '0', stop: 'a=b' });
  expect(list('a, b,')).toEqual(['a', 'b']);
  expect(['tab', '\\t', ';'].map(delimiter)).toEqual(['\t', '\t', ';']);
  expect(positiveNumber('0.5')).toBe(0.5);
  expect(['part', 'run'].map(dedupe)).toEqual(['part', 'run']);
});

test.each([
  [wholeNumber(1, 10), ['0', '11', '1.5', '', '-1', '1e1', 'x']],
  [share, ['-1', '1.1', '101%', '', '%', 'x']],
  [dollars, ['-1', '', 'x', '$']],
  [milliseconds, ['', 'x', '5 parsecs', '-1s']],
  [nameAndValue, ['temperature', '=1', '']],
  [list, ['', ',']],
  [dedupe, ['', 'in.csv', 'true', 'Run']],
  [delimiter, ['', '""', ',,', 'é', '"']],
  [positiveNumber, ['0', '-1', '', 'x', 'Infinity']],
] as const)('%o refuses what it cannot mean', (parse, wrong) => {
  for (const text of wrong) expect(() => (parse as (text: string) => unknown)(text), text).toThrow(/give /);
});
