import type { ThriftStruct, ThriftValue } from './thrift-writer.ts';
import { encodeThrift } from './thrift-writer.ts';

/** Numbers of the Parquet format (parquet.thrift of apache/parquet-format 2.11, read on 2026-11-21). */
export const Physical = { boolean: 0, int32: 1, int64: 2, float: 4, double: 5, byteArray: 6, fixed: 7 } as const;
export type Physical = (typeof Physical)[keyof typeof Physical];

export const Repetition = { required: 0, optional: 1, repeated: 2 } as const;
export type Repetition = (typeof Repetition)[keyof typeof Repetition];

export const Encoding = { plain: 0, rle: 3, rleDictionary: 8 } as const;
export type Encoding = (typeof Encoding)[keyof typeof Encoding];

export const Codec = { none: 0, zstd: 6 } as const;
export type Codec = (typeof Codec)[keyof typeof Codec];

const PageType = { data: 0, dictionary: 2 } as const;

/** What stands at both ends of a file. */
export const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/** A node of the schema; a leaf has a physical type, a group has children. */
export interface SchemaNode {
  readonly name: string;
  readonly repetition: Repetition;
  readonly physical?: Physical;
  /** Bytes of a value of `fixed`. */
  readonly length?: number;
  /** Of a decimal, for readers that know no logical types. */
  readonly scale?: number;
  readonly precision?: number;
  readonly children?: readonly SchemaNode[];
  /** `ConvertedType`, for readers that know no logical types. */
  readonly converted?: number;
  readonly logical?: ThriftStruct;
}

/** The least and the greatest value, perhaps cut; absent where there is none. */
export interface Bounds {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
  readonly isMinExact: boolean;
  readonly isMaxExact: boolean;
}

/** One column of one row group, as the footer tells it. Offsets count from the first byte of the row group. */
export interface ChunkFacts {
  readonly path: readonly string[];
  readonly physical: Physical;
  readonly encodings: readonly Encoding[];
  readonly codec: Codec;
  /** Leaf entries, nulls included. */
  readonly values: number;
  readonly nulls: number;
  readonly bounds: Bounds | undefined;
  /** Both with the pages' headers. */
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly dictionaryOffset: number | undefined;
  readonly dataOffset: number;
}

/** One row group, as the footer tells it. */
export interface GroupFacts {
  readonly rows: number;
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly chunks: readonly ChunkFacts[];
}

/** A page's header (format v1, which every reader takes). Sizes leave out the header itself; `crc` is of the compressed body. */
export function dataPageHeader(page: {
  readonly values: number;
  readonly encoding: Encoding;
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly crc: number;
}): Uint8Array {
  const header: ThriftStruct = {
    1: { i32: page.values },
    2: { i32: page.encoding },
    3: { i32: Encoding.rle },
    4: { i32: Encoding.rle },
  };
  return pageHeader(PageType.data, page, { 5: { struct: header } });
}

/** The header of a dictionary page. */
export function dictionaryPageHeader(page: {
  readonly values: number;
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly crc: number;
}): Uint8Array {
  return pageHeader(PageType.dictionary, page, { 7: { struct: { 1: { i32: page.values }, 2: { i32: Encoding.plain } } } });
}

function pageHeader(
  type: number,
  page: { readonly bytes: number; readonly compressedBytes: number; readonly crc: number },
  rest: ThriftStruct,
): Uint8Array {
  return encodeThrift({
    1: { i32: type },
    2: { i32: page.bytes },
    3: { i32: page.compressedBytes },
    4: { i32: page.crc | 0 },
    ...rest,
  });
}

/** What the footer says of row groups. Each is encoded when it is known: of a large file there are thousands, which end in one moment. */
export class FooterGroups {
  readonly #encoded: Uint8Array[] = [];
  #rows = 0;
  /** They stand one behind the other, the first behind the magic. */
  #offset = MAGIC.length;

  get count(): number {
    return this.#encoded.length;
  }

  add(group: GroupFacts): void {
    this.#encoded.push(encodeThrift(groupStruct(group, this.#offset, this.count)));
    this.#rows += group.rows;
    this.#offset += group.compressedBytes;
  }

  /** The end of a file: the footer, its length and the magic. */
  encode(columns: readonly SchemaNode[], createdBy: string): Uint8Array {
    const leaves = columns.reduce((sum, column) => sum + leafCount(column), 0);
    const footer = encodeThrift({
      1: { i32: 2 },
      2: { list: schemaList(columns), of: 'struct' },
      3: { i64: this.#rows },
      4: { list: this.#encoded.map((encoded) => ({ encoded })), of: 'struct' },
      6: { text: createdBy },
      // bounds follow the order of their type
      7: { list: Array.from({ length: leaves }, () => ({ struct: { 1: { struct: {} } } })), of: 'struct' },
    });
    const end = new Uint8Array(footer.length + 4 + MAGIC.length);
    end.set(footer);
    new DataView(end.buffer).setUint32(footer.length, footer.length, true);
    end.set(MAGIC, footer.length + 4);
    return end;
  }
}

function leafCount(node: SchemaNode): number {
  return node.children === undefined ? 1 : node.children.reduce((sum, child) => sum + leafCount(child), 0);
}

function schemaList(columns: readonly SchemaNode[]): ThriftValue[] {
  const list: ThriftValue[] = [{ struct: { 4: { text: 'schema' }, 5: { i32: columns.length } } }];
  const add = (node: SchemaNode): void => {
    list.push({
      struct: {
        1: node.physical === undefined ? undefined : { i32: node.physical },
        2: node.length === undefined ? undefined : { i32: node.length },
        3: { i32: node.repetition },
        4: { text: node.name },
        5: node.children === undefined ? undefined : { i32: node.children.length },
        6: node.converted === undefined ? undefined : { i32: node.converted },
        7: node.scale === undefined ? undefined : { i32: node.scale },
        8: node.precision === undefined ? undefined : { i32: node.precision },
        10: node.logical === undefined ? undefined : { struct: node.logical },
      },
    });
    node.children?.forEach(add);
  };
  columns.forEach(add);
  return list;
}

function groupStruct(group: GroupFacts, offset: number, ordinal: number): ThriftStruct {
  return {
    1: { list: group.chunks.map((chunk) => ({ struct: chunkStruct(chunk, offset) })), of: 'struct' },
    2: { i64: group.bytes },
    3: { i64: group.rows },
    5: { i64: offset },
    6: { i64: group.compressedBytes },
    // a 16-bit number: readers do without it in a file of more groups
    7: ordinal < 0x8000 ? { i16: ordinal } : undefined,
  };
}

function chunkStruct(chunk: ChunkFacts, offset: number): ThriftStruct {
  const metadata: ThriftStruct = {
    1: { i32: chunk.physical },
    2: { list: chunk.encodings.map((each) => ({ i32: each })), of: 'i32' },
    3: { list: chunk.path.map((each) => ({ text: each })), of: 'text' },
    4: { i32: chunk.codec },
    5: { i64: chunk.values },
    6: { i64: chunk.bytes },
    7: { i64: chunk.compressedBytes },
    9: { i64: offset + chunk.dataOffset },
    11: chunk.dictionaryOffset === undefined ? undefined : { i64: offset + chunk.dictionaryOffset },
    12: { struct: statistics(chunk) },
  };
  return { 2: { i64: 0 }, 3: { struct: metadata } };
}

function statistics({ nulls, bounds }: ChunkFacts): ThriftStruct {
  return {
    3: { i64: nulls },
    5: bounds && { binary: bounds.max },
    6: bounds && { binary: bounds.min },
    7: bounds && { bool: bounds.isMaxExact },
    8: bounds && { bool: bounds.isMinExact },
  };
}
