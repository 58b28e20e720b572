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
