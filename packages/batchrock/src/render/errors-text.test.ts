import { expect, it } from 'vitest';
import type { ErrorGroup } from '../sdk/errors.ts';
import { errorsNext } from './errors-text.ts';

const group = (status: ErrorGroup['status'], rows: readonly number[]): ErrorGroup => ({
  status,
  code: '400',
  message: 'no',
  rows: 9,
  examples: rows.map((row) => ({ row, line: row, recordId: 'x', message: 'no' })),
});

it('what can be done hangs upon what is wrong', () => {
  expect(errorsNext('r-1', [group('failed', [7, 8])])).toEqual([
    'what became of a row: batchrock explain r-1 7',
    'send once more what may do better: batchrock retry r-1   (--all: every failed row)',
  ]);
  expect(errorsNext('r-1', [group('rejected', [])])).toEqual([
    'rejected rows were never sent: mend the dataset, and run it anew',
  ]);
});
