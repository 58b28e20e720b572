import { type ByteView, CellKind, type ResultTable, type RowBatch } from '@batchrock/core';
import { Physical, Repetition, type SchemaNode } from './file-layout.ts';
import type { ColumnServices, WrittenColumn } from './leaf-column.ts';
import { TextColumn, TextForm } from './text-column.ts';
import { TypedColumn } from './typed-column.ts';

/** A nullable string, for readers old and new. */
export function textNode(name: string, isNullable = true): SchemaNode {
  const repetition = isNullable ? Repetition.optional : Repetition.required;
  return { name, repetition, physical: Physical.byteArray, converted: CONVERTED_UTF8, logical: LOGICAL_STRING };
}

const CONVERTED_UTF8 = 0;
const LOGICAL_STRING = { 1: { struct: {} } };

/** How a cell of each kind becomes text; an absent one does not. */
const TEXT_FORMS: readonly (TextForm | undefined)[] = [
  undefined,
  TextForm.plain,
  TextForm.doubled,
  TextForm.escaped,
  TextForm.plain,
];

/** The columns of the dataset: those of Parquet with their types, all others as texts. */
export class InputColumns {
  readonly columns: readonly WrittenColumn[];
  readonly schema: readonly SchemaNode[];
  readonly #inputs: readonly (TextColumn | TypedColumn)[];

  constructor({ columns, dialect }: ResultTable, services: ColumnServices) {
    const typed = dialect.format === 'parquet' ? dialect.columns : [];
    const made = columns.map((name, i): TextColumn | TypedColumn => {
      const column = typed[i];
      const isText = column === undefined || column.type.kind === 'string' || column.type.kind === 'null';
      return isText ? new TextColumn([name], true, services) : new TypedColumn(column, services);
    });
    this.#inputs = made;
    this.schema = made.map((column, i) => (column instanceof TypedColumn ? column.schema : textNode(columns[i]!)));
    this.columns = made.flatMap((column): readonly WrittenColumn[] => (column instanceof TypedColumn ? column.leaves : [column]));
  }

  put(from: ByteView, batch: RowBatch, row: number): void {
    const { cells, width } = batch;
    for (let c = 0; c < this.#inputs.length; c++) {
      const column = this.#inputs[c]!;
      const cell = 3 * (row * width + c);
      // a column of JSON Lines that no row has shown yet is not in the batch
      const kind = c < width ? cells[cell + 2]! : CellKind.absent;
      const start = cells[cell]!;
      const end = cells[cell + 1]!;
      if (column instanceof TypedColumn) column.put(from, start, end, kind);
      else putCell(column, from, start, end, kind);
    }
  }
}

function putCell(column: TextColumn, from: ByteView, start: number, end: number, kind: number): void {
  const form = TEXT_FORMS[kind];
  if (form === undefined || (kind === CellKind.jsonValue && isNull(from.bytes, start, end))) column.null();
  else column.put(from, start, end, form);
}

/** `null`: no other value begins with its letter. */
function isNull(bytes: Uint8Array, start: number, end: number): boolean {
  return end > start && bytes[start] === 0x6e;
}
