import { expect, test } from 'vitest';
import { recordId } from '../record/index.ts';
import { MAX_REQUESTS_OF_LINE } from './line.ts';

test('as many requests of a line are taken as a record id can tell apart', () => {
  const ids = new Set(Array.from({ length: MAX_REQUESTS_OF_LINE }, (_, sub) => recordId('ab', 1, sub)));
  expect(ids.size).toBe(MAX_REQUESTS_OF_LINE);
  expect(() => recordId('ab', 1, MAX_REQUESTS_OF_LINE)).toThrow();
});
