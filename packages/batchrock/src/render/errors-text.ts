import type { ErrorGroup } from '../sdk/errors.ts';
import { count, plural } from './figures.ts';
import { fit, printable } from './width.ts';

/** Groups of bad rows, in lines no wider than the terminal. */
export function renderErrors(groups: readonly ErrorGroup[], width: number): string[] {
  return groups.flatMap((group) => [
    fit(`${plural(group.rows, 'row')} ${group.status}: ${group.code} ${printable(group.message)}`, width),
    ...group.examples.map((each) =>
      fit(
        `  row ${count(each.row)}, ${each.file === undefined ? '' : `${printable(each.file)} `}line ${count(each.line)}, record ${each.recordId}${each.message === group.message ? '' : `: ${printable(each.message)}`}`,
        width,
      ),
    ),
  ]);
}

/** What can be done about bad rows, a line each. */
export function errorsNext(run: string, groups: readonly ErrorGroup[]): string[] {
  const row = groups.flatMap(({ examples }) => examples)[0]?.row;
  const has = (status: ErrorGroup['status']): boolean => groups.some((group) => group.status === status);
  return [
    ...(row === undefined ? [] : [`what became of a row: batchrock explain ${run} ${row}`]),
    ...(has('failed') ? [`send once more what may do better: batchrock retry ${run}   (--all: every failed row)`] : []),
    ...(has('rejected') ? ['rejected rows were never sent: mend the dataset, and run it anew'] : []),
  ];
}
