import { type ByteView, CellKind, type ResultTable, type RowBatch } from '@batchrock/core';
import { Physical, Repetition, type SchemaNode } from './file-layout.ts';
import type { ColumnServices, WrittenColumn } from './leaf-column.ts';
import type { RowCells } from './row-cells.ts';
import { TextColumn } from './text-column.ts';
import { TypedColumn } from './typed-column.ts';

/** A nullable string, for readers old and new. */
export function textNode(name: string, isNullable = true): SchemaNode {
  const repetition = isNullable ? Repetition.optional : Repetition.required;
  return { name, repetition, physical: Physical.byteArray, converted: CONVERTED_UTF8, logical: LOGICAL_STRING };
}

const CONVERTED_UTF8 = 0;
const LOGICAL_STRING = { 1: { struct: {} } };

/** The columns of the dataset: those of Parquet with their types, all others as texts. */
export class InputColumns {
  readonly columns: readonly WrittenColumn[];
  readonly schema: readonly SchemaNode[];
  /** Those that are cells of a row. */
  readonly texts: readonly TextColumn[];
  readonly #inputs: readonly (TextColumn | TypedColumn)[];

  constructor({ columns, dialect }: ResultTable, services: ColumnServices) {
    const typed = dialect.format === 'parquet' ? dialect.columns : [];
    const made = columns.map((name, i): TextColumn | TypedColumn => {
      const column = typed[i];
      const isText = column === undefined || column.type.kind === 'string' || column.type.kind === 'null';
      return isText ? new TextColumn([name], true, services) : new TypedColumn(column, services);
    });
    this.#inputs = made;
    this.texts = made.filter((column) => column instanceof TextColumn);
    this.schema = made.map((column, i) => (column instanceof TypedColumn ? column.schema : textNode(columns[i]!)));
    this.columns = made.flatMap((column): readonly WrittenColumn[] => (column instanceof TypedColumn ? column.leaves : [column]));
  }

  /** Puts what has a type, and gives the texts of a row to `cells`, of which they are the first. */
  put(cells: RowCells, from: ByteView, batch: RowBatch, row: number): void {
    const { width } = batch;
    let text = 0;
    for (let c = 0; c < this.#inputs.length; c++) {
      const column = this.#inputs[c]!;
      const cell = 3 * (row * width + c);
      // a column of JSON Lines that no row has shown yet is not in the batch
      const kind = (c < width ? batch.cells[cell + 2]! : CellKind.absent) as CellKind;
      const start = batch.cells[cell]!;
      const end = batch.cells[cell + 1]!;
      if (column instanceof TypedColumn) column.put(from, start, end, kind);
      else if (kind === CellKind.absent) cells.null(text++);
      else cells.text(text++, from, start, end, kind);
    }
  }
}
