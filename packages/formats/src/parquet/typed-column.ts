import { Buffer } from 'node:buffer';
import { type ByteView, CellKind, type ParquetColumn, type ParquetField } from '@batchrock/core';
import { Encoding, Repetition, type SchemaNode } from './file-layout.ts';
import { type ClosedChunk, type ColumnServices, LeafColumn, type WrittenColumn } from './leaf-column.ts';
import { leafNode } from './leaf-type.ts';
import { type LeafValues, leafValues } from './leaf-values.ts';

/** Converted and logical types of groups. */
const LIST = { converted: 3, logical: { 3: { struct: {} } } };
const MAP = { converted: 1, logical: { 2: { struct: {} } } };

/** A leaf below a column of a Parquet dataset. */
class TypedLeaf implements WrittenColumn {
  readonly leaf: LeafColumn;
  readonly values: LeafValues;
  readonly maxDefinition: number;

  constructor(leaf: LeafColumn, values: LeafValues, maxDefinition: number) {
    this.leaf = leaf;
    this.values = values;
    this.maxDefinition = maxDefinition;
  }

  closePage(): void {
    this.leaf.closePage(Encoding.plain);
  }

  closeChunk(): Promise<ClosedChunk> {
    this.closePage();
    return this.leaf.closeChunk(Encoding.plain, { bounds: this.values.takeBounds() });
  }

  release(): void {
    this.leaf.release();
  }
}

/** A node of a column's tree. `definition`: the level of a value that is there, be it an empty list. */
type Node = { readonly definition: number; readonly leaves: readonly TypedLeaf[] } & (
  | { readonly kind: 'leaf'; readonly leaf: TypedLeaf }
  | { readonly kind: 'list'; readonly element: Node; readonly repetition: number }
  | { readonly kind: 'map'; readonly key: Node; readonly value: Node; readonly repetition: number }
  | { readonly kind: 'struct'; readonly fields: readonly (readonly [string, Node])[] }
);

/** What a parsed cell holds: numbers and booleans stay the text that they were written as. */
type Parsed = string | null | readonly Parsed[] | { readonly [name: string]: Parsed };

/** A column of a Parquet dataset, written with the type that it has there: from JSON back into its leaves. */
export class TypedColumn {
  readonly leaves: readonly TypedLeaf[];
  readonly schema: SchemaNode;
  readonly #root: Node;

  constructor(column: ParquetColumn, services: ColumnServices) {
    // a row that could not be read has nothing here, whatever the dataset says
    const built = build(column.name, { type: column.type, nullable: true }, [], 0, 0, services);
    this.#root = built.node;
    this.schema = built.schema;
    this.leaves = built.node.leaves;
  }

  put(from: ByteView, start: number, end: number, kind: number): void {
    put(this.#root, parsedCell(from, start, end, kind), 0);
    for (const { leaf } of this.leaves) leaf.endRow();
  }
}

function build(
  name: string,
  { type, nullable }: ParquetField,
  parents: readonly string[],
  above: number,
  repetition: number,
  services: ColumnServices,
): { readonly node: Node; readonly schema: SchemaNode } {
  const path = [...parents, name];
  const definition = above + (nullable ? 1 : 0);
  const group = { name, repetition: nullable ? Repetition.optional : Repetition.required };
  const below = (child: string, field: ParquetField, names: readonly string[], isRepeated: boolean) =>
    build(child, field, [...path, ...names], definition + (isRepeated ? 1 : 0), repetition + (isRepeated ? 1 : 0), services);
  switch (type.kind) {
    case 'list': {
      const element = below('element', type.element, ['list'], true);
      const list: SchemaNode = { name: 'list', repetition: Repetition.repeated, children: [element.schema] };
      const { leaves } = element.node;
      return {
        schema: { ...group, ...LIST, children: [list] },
        node: { kind: 'list', definition, leaves, element: element.node, repetition: repetition + 1 },
      };
    }
    case 'map': {
      const key = below('key', { type: type.key, nullable: false }, ['key_value'], true);
      const value = below('value', type.value, ['key_value'], true);
      const pairs = { name: 'key_value', repetition: Repetition.repeated, children: [key.schema, value.schema] };
      const leaves = [...key.node.leaves, ...value.node.leaves];
      return {
        schema: { ...group, ...MAP, children: [pairs] },
        node: { kind: 'map', definition, leaves, key: key.node, value: value.node, repetition: repetition + 1 },
      };
    }
    case 'struct': {
      const fields = type.fields.map((field) => ({ name: field.name, ...below(field.name, field, [], false) }));
      return {
        schema: { ...group, children: fields.map((field) => field.schema) },
        node: {
          kind: 'struct',
          definition,
          leaves: fields.flatMap((field) => field.node.leaves),
          fields: fields.map((field) => [field.name, field.node]),
        },
      };
    }
    default: {
      const schema = leafNode(name, type, nullable);
      const spec = { path, physical: schema.physical, maxDefinition: definition, maxRepetition: repetition };
      const column = new LeafColumn(spec, services);
      const leaf = new TypedLeaf(column, leafValues(column, schema, type), definition);
      return { schema, node: { kind: 'leaf', definition, leaves: [leaf], leaf } };
    }
  }
}

/** Writes a value and the levels of its entries; `repetition` is that of the first. */
function put(node: Node, value: Parsed | undefined, repetition: number): void {
  if (value === null || value === undefined) {
    nothing(node, node.definition - 1, repetition);
    return;
  }
  switch (node.kind) {
    case 'leaf':
      node.leaf.values.put(value as string);
      node.leaf.leaf.entries(1, node.definition, repetition);
      return;
    case 'struct':
      for (const [name, field] of node.fields) put(field, (value as Readonly<Record<string, Parsed>>)[name], repetition);
      return;
    case 'list': {
      const list = value as readonly Parsed[];
      if (list.length === 0) nothing(node, node.definition, repetition);
      list.forEach((each, i) => {
        put(node.element, each, i === 0 ? repetition : node.repetition);
      });
      return;
    }
    case 'map': {
      const pairs = Object.entries(value as Readonly<Record<string, Parsed>>);
      if (pairs.length === 0) nothing(node, node.definition, repetition);
      pairs.forEach(([key, each], i) => {
        put(node.key, key, i === 0 ? repetition : node.repetition);
        put(node.value, each, i === 0 ? repetition : node.repetition);
      });
    }
  }
}

/** No value in any leaf below, down to this level. */
function nothing({ leaves }: Node, definition: number, repetition: number): void {
  for (const { leaf } of leaves) leaf.entries(1, Math.max(0, definition), repetition);
}

function parsedCell({ bytes }: ByteView, start: number, end: number, kind: number): Parsed {
  if (kind === CellKind.absent) return null;
  const text = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset + start, end - start).toString('utf8');
  if (kind === CellKind.jsonString) return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
  if (kind !== CellKind.jsonValue) return text;
  const first = text.charCodeAt(0);
  if (first === 0x6e) return null;
  if (first !== 0x5b && first !== 0x7b) return text;
  return JSON.parse(text, keepSource as (key: string, value: unknown) => unknown) as Parsed;
}

/** All digits of a number stay: as it was written, not as a double has it. */
function keepSource(_: string, value: unknown, context: { readonly source?: string }): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? (context.source ?? String(value)) : value;
}
