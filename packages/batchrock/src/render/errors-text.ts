import type { ErrorExample, ErrorGroup } from '../sdk/errors.ts';
import { count, plural } from './figures.ts';
import { fit, printable } from './width.ts';

/** Groups of bad rows, in lines no wider than the terminal. */
export function renderErrors(groups: readonly ErrorGroup[], width: number): string[] {
  return groups.flatMap((group) => {
    const reason = withoutPlace(group.message, group.examples[0]);
    return [
      fit(`${plural(group.rows, 'row')} ${group.status}: ${group.code} ${printable(reason)}`, width),
      ...group.examples.map((each) => fit(exampleText(each, reason), width)),
    ];
  });
}

/** The message of a row is told where it is another than that of its group. */
function exampleText(example: ErrorExample, reason: string): string {
  const { row, file, line, recordId, message } = example;
  const own = withoutPlace(message, example);
  const place = `${file === undefined ? '' : `${printable(file)} `}line ${count(line)}`;
  return `  row ${count(row)}, ${place}, record ${recordId}${own === reason ? '' : `: ${printable(own)}`}`;
}

/** A message of a rejected row begins with its place, which stands beside it here. */
function withoutPlace(message: string, example: ErrorExample | undefined): string {
  if (example === undefined) return message;
  const { file, line } = example;
  const place = ['line', 'row']
    .map((counted) => `${file === undefined ? '' : `${file}, `}${counted} ${line}: `)
    .find((each) => message.startsWith(each));
  return place === undefined ? message : message.slice(place.length);
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
