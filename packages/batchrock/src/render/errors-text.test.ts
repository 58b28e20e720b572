import { expect, it } from 'vitest';
import type { ErrorGroup } from '../sdk/errors.ts';
import { errorsNext, renderErrors } from './errors-text.ts';

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

it('rows with one reason in different places say it once', () => {
  const rejected = (...examples: readonly (readonly [line: number, message: string, file?: string])[]): ErrorGroup => ({
    status: 'rejected',
    code: 'empty_text',
    message: examples[0]?.[1] as string,
    rows: 9,
    examples: examples.map(([line, message, file]) => ({
      row: line - 1,
      line,
      recordId: 'x',
      message,
      ...(file === undefined ? {} : { file }),
    })),
  });
  expect(renderErrors([rejected([16, 'line 16: "a" is empty'], [20, 'line 20: "a" is empty'])], 200)).toEqual([
    '9 rows rejected: empty_text "a" is empty',
    '  row 15, line 16, record x',
    '  row 19, line 20, record x',
  ]);
  expect(renderErrors([rejected([2, 'a.csv, line 2: 3 cells', 'a.csv'], [7, 'b.csv, line 7: 4 cells', 'b.csv'])], 200)).toEqual([
    '9 rows rejected: empty_text 3 cells',
    '  row 1, a.csv line 2, record x',
    '  row 6, b.csv line 7, record x: 4 cells',
  ]);
  expect(renderErrors([rejected([3, 'row 3: empty'], [4, 'line 3: is the first'])], 200)).toEqual([
    '9 rows rejected: empty_text empty',
    '  row 2, line 3, record x',
    '  row 3, line 4, record x: line 3: is the first',
  ]);
});
