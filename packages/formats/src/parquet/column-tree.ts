import type { ParquetColumn, ParquetField, ParquetType } from '@batchrock/core';
import { leafType } from './column-type.ts';
import type { SchemaElement } from './schema-element.ts';
import { Converted, Logical, STORED_BYTES, StoredType } from './stored-as.ts';
import type { Fault } from './thrift-reader.ts';

/** A column of values, one chunk of it in each row group. */
export interface Leaf {
  /** Its place among the chunks of a row group. */
  readonly index: number;
  /** Names from the top, joined by dots; for messages. */
  readonly path: string;
  readonly stored: number;
  /** Bytes of a value, 0 where values say their length themselves. */
  readonly width: number;
  readonly type: ParquetType;
  /** Definition level of a value that is there, repetition level of the innermost list. */
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

/** Columns and fields as values are put together from levels. `definition`: the level from which the node itself is not null. */
interface NodeBase {
  readonly type: ParquetType;
  readonly nullable: boolean;
  readonly definition: number;
  /** All leaves below, itself included; never empty. */
  readonly leaves: readonly Leaf[];
}
export interface ValueNode extends NodeBase {
  readonly kind: 'value';
  readonly leaf: Leaf;
}
export interface StructNode extends NodeBase {
  readonly kind: 'struct';
  readonly names: readonly string[];
  readonly fields: readonly TreeNode[];
}
/** A list or a map: `repetition` is the level of another item, `itemDefinition` that from which there is any item. */
export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly repetition: number;
  readonly itemDefinition: number;
  readonly element: TreeNode;
}
export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly repetition: number;
  readonly itemDefinition: number;
  readonly key: ValueNode;
  readonly value: TreeNode;
}
export type TreeNode = ValueNode | StructNode | ListNode | MapNode;

export interface TreeColumn {
  readonly name: string;
  readonly node: TreeNode;
}

/** Groups within each other, at most. */
const MAX_DEPTH = 64;

/** Makes the columns of a file out of its flat schema, whose first element is the root. */
export function columnTree(elements: readonly SchemaElement[], fault: Fault): { columns: TreeColumn[]; leaves: Leaf[] } {
  return new TreeBuilder(elements, fault).build();
}

/** What the columns are, for whoever writes them again. */
export function treeColumns(columns: readonly TreeColumn[]): ParquetColumn[] {
  return columns.map(({ name, node }) => ({ name, ...fieldOf(node) }));
}

function fieldOf({ type, nullable }: TreeNode): ParquetField {
  return { type, nullable };
}

/** Where a node stands: the levels so far, and its names. */
interface Place {
  readonly definition: number;
  readonly repetition: number;
  readonly path: string;
  readonly depth: number;
}

class TreeBuilder {
  readonly #elements: readonly SchemaElement[];
  readonly #fault: Fault;
  readonly #leaves: Leaf[] = [];
  #next = 1;

  constructor(elements: readonly SchemaElement[], fault: Fault) {
    this.#elements = elements;
    this.#fault = fault;
  }

  build(): { columns: TreeColumn[]; leaves: Leaf[] } {
    const root = this.#elements[0];
    if (root === undefined) throw this.#fault('no schema');
    const columns: TreeColumn[] = [];
    for (let i = 0; i < root.children; i++) {
      const name = this.#elements[this.#next]?.name ?? '';
      columns.push({ name, node: this.#field({ definition: 0, repetition: 0, path: '', depth: 1 }) });
    }
    if (this.#next < this.#elements.length) throw this.#fault('a schema with elements that belong to no column');
    return { columns, leaves: this.#leaves };
  }

  #take(): SchemaElement {
    const element = this.#elements[this.#next++];
    if (element === undefined) throw this.#fault('a schema that claims more columns than it has');
    return element;
  }

  /** The next element as a field; one that is repeated without being in a list is a list of its own. */
  #field(above: Place): TreeNode {
    const element = this.#take();
    const path = above.path === '' ? element.name : `${above.path}.${element.name}`;
    const at: Place = { ...above, path, depth: above.depth + 1 };
    if (at.depth > MAX_DEPTH) throw this.#fault(`column ${path}: more than ${MAX_DEPTH} groups within each other`);
    if (element.repetition !== 2) {
      const nullable = element.repetition === 1;
      return this.#value(element, nullable, nullable ? { ...at, definition: at.definition + 1 } : at);
    }
    const inner: Place = { ...at, definition: at.definition + 1, repetition: at.repetition + 1 };
    return list(this.#value(element, false, inner), false, at.definition, inner);
  }

  /** `at.definition`: the level from which the value is not null. */
  #value(element: SchemaElement, nullable: boolean, at: Place): TreeNode {
    if (element.stored !== undefined) return this.#leaf(element, nullable, at);
    if (element.children < 1) throw this.#fault(`column ${at.path}: a group without fields`);
    const repeated = this.#elements[this.#next];
    if (element.children === 1 && repeated?.repetition === 2) {
      if (isMap(element) && repeated.stored === undefined && repeated.children === 2) {
        const map = this.#map(nullable, at);
        if (map !== undefined) return map;
      } else if (isList(element)) return this.#list(element, nullable, at);
    }
    return this.#struct(element, nullable, at);
  }

  #struct(element: SchemaElement, nullable: boolean, at: Place): StructNode {
    const names: string[] = [];
    const fields: TreeNode[] = [];
    for (let i = 0; i < element.children; i++) {
      names.push(this.#elements[this.#next]?.name ?? '');
      fields.push(this.#field(at));
    }
    const type: ParquetType = { kind: 'struct', fields: fields.map((field, i) => ({ name: names[i]!, ...fieldOf(field) })) };
    const leaves = fields.flatMap((field) => field.leaves);
    return { kind: 'struct', type, nullable, definition: at.definition, leaves, names, fields };
  }

  /** The group around the items is left out where there is one; writers of old had none. */
  #list(parent: SchemaElement, nullable: boolean, at: Place): ListNode {
    const repeated = this.#take();
    const inner: Place = { ...at, definition: at.definition + 1, repetition: at.repetition + 1, depth: at.depth + 1 };
    const isItem =
      repeated.stored !== undefined ||
      repeated.children !== 1 ||
      this.#elements[this.#next]?.repetition === 2 ||
      repeated.name === 'array' ||
      repeated.name === `${parent.name}_tuple`;
    const element = isItem ? this.#value(repeated, false, inner) : this.#field(inner);
    return list(element, nullable, at.definition, inner);
  }

  /** Undefined, and nothing taken, where the key is no plain value. */
  #map(nullable: boolean, at: Place): MapNode | undefined {
    const keyElement = this.#elements[this.#next + 1];
    if (keyElement?.stored === undefined || keyElement.repetition === 2) return undefined;
    this.#take();
    const inner: Place = { ...at, definition: at.definition + 1, repetition: at.repetition + 1, depth: at.depth + 1 };
    const key = this.#field(inner) as ValueNode;
    const value = this.#field(inner);
    const leaves = [...key.leaves, ...value.leaves];
    const type: ParquetType = { kind: 'map', key: key.type, value: fieldOf(value) };
    const { definition, repetition } = inner;
    return { kind: 'map', type, nullable, definition: at.definition, repetition, itemDefinition: definition, leaves, key, value };
  }

  #leaf(element: SchemaElement, nullable: boolean, at: Place): ValueNode {
    const { path } = at;
    const type = leafType(element, (what) => this.#fault(`column ${path}: ${what}`));
    const stored = element.stored!;
    const leaf: Leaf = {
      index: this.#leaves.length,
      path,
      stored,
      width: stored === StoredType.fixed ? element.length : STORED_BYTES[stored]!,
      type,
      maxDefinition: at.definition,
      maxRepetition: at.repetition,
    };
    this.#leaves.push(leaf);
    return { kind: 'value', type, nullable, definition: at.definition, leaves: [leaf], leaf };
  }
}

function list(element: TreeNode, nullable: boolean, definition: number, inner: Place): ListNode {
  const type: ParquetType = { kind: 'list', element: fieldOf(element) };
  const { leaves } = element;
  return {
    kind: 'list',
    type,
    nullable,
    definition,
    repetition: inner.repetition,
    itemDefinition: inner.definition,
    leaves,
    element,
  };
}

function isList({ logical, converted }: SchemaElement): boolean {
  return logical?.kind === Logical.list || converted === Converted.list;
}

function isMap({ logical, converted }: SchemaElement): boolean {
  return logical?.kind === Logical.map || converted === Converted.map || converted === Converted.mapKeyValue;
}
