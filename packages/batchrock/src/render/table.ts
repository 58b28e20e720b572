import { displayWidth, pad, printable } from './width.ts';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Figures stand on the right; default left. */
  readonly side?: 'left' | 'right';
}

const GAP = '  ';

/** Lines of a table with its header, each column as wide as its widest cell. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = columns.map((column, i) =>
    Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[i] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    columns
      .map((column, i) => pad(row[i] ?? '', widths[i] as number, column.side ?? 'left'))
      .join(GAP)
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...cells.map(line)];
}
