import { InputError, type ParquetColumn, type RandomAccess } from '@batchrock/core';
import { MAX_COLUMNS } from '../reading/index.ts';
import { columnTree, type Leaf, type TreeColumn, treeColumns } from './column-tree.ts';
import { type ChunkFacts, type Footer, readChunks, readFooter } from './footer.ts';
import type { Fault } from './thrift-reader.ts';

/** `PAR1` at both ends of a file; `PARE` where the footer is encrypted. */
const MAGIC = 'PAR1';
const ENCRYPTED = 'PARE';
const MAGIC_BYTES = 4;
/** Length of the footer and magic. */
const TAIL_BYTES = 8;

/** Read at once from the end of a file: with luck, all of the footer. */
const FIRST_READ_BYTES = 64 << 10;

/** Bytes of the largest footer. One of a table with 4,000 columns and 1,000 row groups would be larger: write larger groups. */
const MAX_FOOTER_BYTES = 64 << 20;

/** Columns without further columns in them, at most. */
const MAX_LEAVES = 16_384;

/** What is known of a Parquet file before any of its pages is read. */
export interface ParquetFile {
  readonly columns: readonly TreeColumn[];
  readonly types: readonly ParquetColumn[];
  readonly leaves: readonly Leaf[];
  readonly groups: readonly RowGroup[];
  readonly rows: number;
  /** The chunks of a row group, by the index of their leaves. */
  chunks(group: number): readonly ChunkFacts[];
  /** Says which file, and which row group and column, if any, an error is about. */
  fault(group?: number, leaf?: Leaf): Fault;
}

export interface RowGroup {
  /** Number of its first row in the file, from 0. */
  readonly firstRow: number;
  readonly rows: number;
  /** Bytes of the file that stand for it and for those before it: for progress alone. */
  readonly firstByte: number;
  readonly bytes: number;
}

/** Reads and checks the footer of a file. Throws `BR-E0114` where it is none, and `BR-E0103` for column names. */
export async function readParquetFile(access: RandomAccess, name: string, signal?: AbortSignal): Promise<ParquetFile> {
  const fault = (group?: number, leaf?: Leaf): Fault => faultOf(name, group, leaf);
  const bytes = await footerBytes(access, fault(), signal);
  const footer = readFooter(bytes, fault());
  const { columns, leaves } = columnTree(footer.schema, fault());
  checkColumns(columns, name);
  if (leaves.length > MAX_LEAVES) throw fault()(`${leaves.length} columns within its columns; up to ${MAX_LEAVES} are read`);
  const end = access.size - TAIL_BYTES - bytes.length;
  return {
    columns,
    types: treeColumns(columns),
    leaves,
    groups: rowGroups(footer, end),
    rows: footer.rows,
    chunks: (group) =>
      checkedChunks(readChunks(bytes, footer.groups[group]!.at, fault(group)), footer, group, leaves, end, fault),
    fault,
  };
}

function faultOf(name: string, group: number | undefined, leaf: Leaf | undefined): Fault {
  const place = `${name}${group === undefined ? '' : `, row group ${group + 1}`}${leaf === undefined ? '' : `, column ${leaf.path}`}`;
  return (what, code = 'BR-E0114') =>
    new InputError(code, `${place}: ${what}`, {
      details: {
        file: name,
        ...(group === undefined ? {} : { rowGroup: group + 1 }),
        ...(leaf === undefined ? {} : { column: leaf.path }),
      },
      ...(code === 'BR-E0114' && {
        hint: 'the file is damaged, or of a kind that is not read; write it again, for example with pyarrow or DuckDB',
      }),
    });
}

async function footerBytes(access: RandomAccess, fault: Fault, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const { size } = access;
  if (size < MAGIC_BYTES + TAIL_BYTES) throw fault(`no Parquet file: it has ${size} bytes`);
  const from = Math.max(0, size - FIRST_READ_BYTES);
  const tail = await access.read(from, size, signal);
  const magic = new TextDecoder('latin1').decode(tail.subarray(tail.length - MAGIC_BYTES));
  if (magic === ENCRYPTED) throw fault('its footer is encrypted; decrypt the file first');
  if (magic !== MAGIC) throw fault('no Parquet file, or the end of it is missing: it does not end in PAR1');
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  const length = view.getUint32(tail.length - TAIL_BYTES, true);
  if (length > size - TAIL_BYTES - MAGIC_BYTES) throw fault(`a footer of ${length} bytes in a file of ${size}`);
  if (length > MAX_FOOTER_BYTES) throw fault(`a footer of ${length} bytes; up to ${MAX_FOOTER_BYTES} are read`);
  const start = size - TAIL_BYTES - length;
  if (start >= from) return tail.slice(start - from, start - from + length);
  return access.read(start, start + length, signal);
}

function checkColumns(columns: readonly TreeColumn[], name: string): void {
  const details = { details: { file: name } };
  if (columns.length === 0) throw new InputError('BR-E0103', `${name} has no columns`, details);
  if (columns.length > MAX_COLUMNS) {
    throw new InputError('BR-E0114', `${name} has ${columns.length} columns; up to ${MAX_COLUMNS} are read`, details);
  }
  const seen = new Set<string>();
  for (const column of columns) {
    if (column.name === '') throw new InputError('BR-E0103', `${name}: column ${seen.size + 1} has no name`, details);
    if (seen.has(column.name)) {
      throw new InputError('BR-E0103', `${name}: the column ${JSON.stringify(column.name)} stands twice`, details);
    }
    seen.add(column.name);
  }
}

/** Where a file does not say how large its groups are, they are taken to be as large as their share of its rows. */
function rowGroups({ groups, rows }: Footer, end: number): RowGroup[] {
  const said = groups.reduce((sum, group) => sum + group.bytes, 0);
  const isKnown = said <= end && groups.every((group) => group.bytes > 0 || group.rows === 0);
  let firstRow = 0;
  let firstByte = 0;
  return groups.map((group) => {
    const bytes = isKnown ? group.bytes : Math.floor((end * group.rows) / Math.max(1, rows));
    const made = { firstRow, rows: group.rows, firstByte, bytes };
    firstRow += group.rows;
    firstByte += bytes;
    return made;
  });
}

function checkedChunks(
  chunks: readonly ChunkFacts[],
  { groups }: Footer,
  group: number,
  leaves: readonly Leaf[],
  end: number,
  fault: (group: number, leaf?: Leaf) => Fault,
): readonly ChunkFacts[] {
  const { rows } = groups[group]!;
  if (chunks.length !== leaves.length) {
    throw fault(group)(`${chunks.length} columns where the schema has ${leaves.length}`);
  }
  for (const leaf of leaves) {
    const chunk = chunks[leaf.index]!;
    const wrong = fault(group, leaf);
    const isInside =
      chunk.start >= MAGIC_BYTES && chunk.end >= chunk.start && chunk.end <= end && Number.isSafeInteger(chunk.end);
    if (!isInside)
      throw wrong(`it should stand in bytes ${chunk.start} to ${chunk.end}, and the file has data up to byte ${end}`);
    const { values } = chunk;
    if (!Number.isSafeInteger(values) || values < rows || (leaf.maxRepetition === 0 && values !== rows)) {
      throw wrong(`${values} values for ${rows} rows`);
    }
  }
  return chunks;
}
