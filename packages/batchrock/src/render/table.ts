import { displayWidth, fit, pad, printable } from './width.ts';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Figures stand on the right; default left. */
  readonly side?: 'left' | 'right';
  /** May be cut when the table is wider than the terminal. */
  readonly flexible?: boolean;
}

const GAP = '  ';

/** Lines of a table with its header, no wider than `width` where a flexible column can give way. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = columns.map((column, i) =>
    Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[i] ?? ''))),
  );
  shrink(columns, widths, width);
  const line = (row: readonly string[]): string =>
    columns
      .map((column, i) => pad(fit(row[i] ?? '', widths[i] as number), widths[i] as number, column.side ?? 'left'))
      .join(GAP)
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...cells.map(line)];
}

function shrink(columns: readonly Column[], widths: number[], width: number): void {
  const total = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1);
  let over = total - width;
  for (let i = columns.length - 1; i >= 0 && over > 0; i--) {
    if (!columns[i]?.flexible) continue;
    const least = Math.max(8, displayWidth(columns[i]?.title ?? ''));
    const cut = Math.min(over, Math.max(0, (widths[i] as number) - least));
    widths[i] = (widths[i] as number) - cut;
    over -= cut;
  }
}
