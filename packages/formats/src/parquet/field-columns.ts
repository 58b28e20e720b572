import {
  byteView,
  CellKind,
  type FieldKind,
  type ParquetType,
  type ResultRow,
  ResultStatus,
  type ResultTable,
} from '@batchrock/core';
import { utf8 } from '../writing/bytes.ts';
import { typedText } from '../writing/field-text.ts';
import type { SchemaNode } from './file-layout.ts';
import type { ColumnServices, WrittenColumn } from './leaf-column.ts';
import { TypedColumn } from './typed-column.ts';

/** How values of a kind are stored; what is no single value is its JSON. */
const TYPES: Readonly<Record<FieldKind, ParquetType>> = {
  text: { kind: 'string' },
  integer: { kind: 'int', bits: 64, signed: true },
  number: { kind: 'float', bits: 64 },
  boolean: { kind: 'boolean' },
  json: { kind: 'string' },
};

const NOTHING = byteView(new Uint8Array(0));

/** Columns of the fields of answers, each with the type that the schema says. */
export class FieldColumns {
  readonly columns: readonly WrittenColumn[];
  readonly schema: readonly SchemaNode[];
  readonly #fields: readonly { readonly kind: FieldKind; readonly column: TypedColumn }[];

  constructor({ fields = [] }: ResultTable, services: ColumnServices) {
    this.#fields = fields.map(({ name, kind }) => ({
      kind,
      column: new TypedColumn({ name, type: TYPES[kind], nullable: true }, services),
    }));
    this.columns = this.#fields.flatMap(({ column }) => column.leaves);
    this.schema = this.#fields.map(({ column }) => column.schema);
  }

  put({ status, fields }: ResultRow): void {
    const values = status === ResultStatus.succeeded ? fields : undefined;
    for (let i = 0; i < this.#fields.length; i++) {
      const { kind, column } = this.#fields[i]!;
      const text = typedText(values?.[i], kind);
      if (text === undefined) {
        column.put(NOTHING, 0, 0, CellKind.absent);
        continue;
      }
      const bytes = utf8(text);
      column.put(byteView(bytes), 0, bytes.length, CellKind.text);
    }
  }
}
