import { type ByteView, CellKind, type ResultTable, type RowBatch } from '@batchrock/core';
import { Physical, Repetition, type SchemaNode } from './file-layout.ts';
import type { ColumnServices } from './leaf-column.ts';
import { TextColumn, TextForm } from './text-column.ts';

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

/** The columns of the dataset, as texts. */
export class InputColumns {
  readonly columns: readonly TextColumn[];
  readonly schema: readonly SchemaNode[];

  constructor(table: ResultTable, services: ColumnServices) {
    this.columns = table.columns.map((name) => new TextColumn([name], true, services));
    this.schema = table.columns.map((name) => textNode(name));
  }

  put(from: ByteView, batch: RowBatch, row: number): void {
    const { cells, width } = batch;
    for (let c = 0; c < this.columns.length; c++) {
      const column = this.columns[c]!;
      const cell = 3 * (row * width + c);
      // a column of JSON Lines that no row has shown yet is not in the batch
      if (c >= width) column.null();
      else putCell(column, from, cells[cell]!, cells[cell + 1]!, cells[cell + 2]!);
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
