import {
  type ByteView,
  byteView,
  type ObjectInfo,
  type ObjectSink,
  ownView,
  RejectReason,
  type ResultRow,
  type ResultTable,
  type ResultWriter,
  type RowBatch,
} from '@batchrock/core';
import { mendedRow } from '../writing/mended-row.ts';
import { BlockPool } from './byte-chain.ts';
import { FieldColumns } from './field-columns.ts';
import { FooterGroups, type GroupFacts, MAGIC, type SchemaNode } from './file-layout.ts';
import { InputColumns } from './input-columns.ts';
import type { ClosedChunk, ColumnServices, WrittenColumn } from './leaf-column.ts';
import { OutcomeColumns } from './outcome-columns.ts';
import { PageCompressor, type ParquetCompression } from './page-compressor.ts';
import { RowCells } from './row-cells.ts';

/**
 * A row group ends where so many rows of the file, or a multiple, have been written: as DuckDB's do, and small enough that all of
 * its pages wait in memory for its end.
 */
export const GROUP_ROWS = 122_880;
/** A row group is ended before its pages weigh more than this, as far as that is known before they are compressed. */
const GROUP_BYTES = 40_000_000;
/** With vectors: some thousand rows. Nothing is compressed while a row group fills, so a larger one is only more memory. */
const VECTOR_GROUP_BYTES = 12_000_000;

export interface ParquetWriterOptions {
  /** Default: `zstd`, level 1. */
  readonly compression?: ParquetCompression;
  /** Of writers before this one, whose turn is over; `compression` was said when it was made. Default: its own. */
  readonly memory?: ParquetMemory;
  /**
   * The file is one of several pieces of a file: only its row groups are written, and this is told what they are when they
   * are. `joinParquet` makes the file.
   */
  readonly onPiece?: (piece: ParquetPiece) => void;
  /** What the footer says of the writer: `batchrock version 1.2.3`. */
  readonly createdBy?: string;
}

/** What writers take from each other, one after the other: the blocks of a row group, and compressors with their tables. */
export class ParquetMemory {
  readonly compressor: PageCompressor;
  readonly blocks: BlockPool = new BlockPool();

  constructor(compression: ParquetCompression = 'zstd') {
    this.compressor = new PageCompressor(compression);
  }
}

/**
 * Results as Parquet (format version 2, data pages v1, zstd). Texts are strings, an embedding a `list<float>`, counts 64-bit
 * whole numbers, what a row has not is null. Columns of CSV are strings, and so are those of JSON Lines: a string is its text,
 * any other value its JSON text, so that no column's type depends on rows to come. A rejected row keeps its place with the
 * cells that can be read. Row groups end at the same rows whatever the machine does: the same results are the same bytes.
 */
export function createParquetWriter(sink: ObjectSink, options: ParquetWriterOptions = {}): ResultWriter {
  return new ParquetWriter(sink, options);
}

/** The row groups of some rows of a file, as plain data that may be given to another thread. */
export interface ParquetPiece {
  readonly columns: readonly SchemaNode[];
  readonly groups: readonly GroupFacts[];
}

/** Joins pieces into a file. They begin at multiples of `GROUP_ROWS`, and so the file has the bytes that one writer makes. */
export class ParquetJoiner {
  readonly #out: FileOutput;
  readonly #createdBy: string;
  #columns: readonly SchemaNode[] = [];
  readonly #groups = new FooterGroups();
  #isBegun = false;

  constructor(sink: ObjectSink, options: Pick<ParquetWriterOptions, 'createdBy'> = {}) {
    this.#out = new FileOutput(sink);
    this.#createdBy = options.createdBy ?? CREATED_BY;
  }

  /** The next bytes of the piece at hand. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#isBegun) await this.#out.write(MAGIC);
    this.#isBegun = true;
    await this.#out.write(bytes);
  }

  /** Ends a piece whose bytes have been written. */
  add(piece: ParquetPiece): void {
    this.#columns = piece.columns;
    for (const group of piece.groups) this.#groups.add(group);
  }

  async finish(): Promise<ObjectInfo> {
    await this.write(this.#groups.encode(this.#columns, this.#createdBy));
    return this.#out.commit();
  }

  abort(): Promise<void> {
    return this.#out.abort();
  }
}

const CREATED_BY = 'batchrock';

class ParquetWriter implements ResultWriter {
  readonly #out: FileOutput;
  readonly #createdBy: string;
  readonly #onPiece: ParquetWriterOptions['onPiece'];
  readonly #services: ColumnServices;
  #input: InputColumns | undefined;
  #outcome: OutcomeColumns | undefined;
  /** Undefined where answers have no fields. */
  #fields: FieldColumns | undefined;
  #cells: RowCells | undefined;
  #columns: readonly WrittenColumn[] = [];
  #schema: readonly SchemaNode[] = [];
  /** Of a file; those of a piece are told to whoever joins it. */
  readonly #groups = new FooterGroups();
  readonly #pieceGroups: GroupFacts[] = [];
  /** Rows in the row group, and in the file. */
  #rows = 0;
  #fileRows = 0;
  #isGroupFull = false;
  /** Resolves when the row groups before this one are with the sink; one at a time is on its way there. */
  #written: Promise<void> = Promise.resolve();
  #groupBytes = GROUP_BYTES;
  /** The block of the rows at hand. */
  #block: ByteView = byteView(new Uint8Array(0));
  /** Where the outcomes at hand are. */
  #outcomes: ByteView | undefined;

  constructor(sink: ObjectSink, options: ParquetWriterOptions) {
    this.#out = new FileOutput(sink);
    this.#createdBy = options.createdBy ?? CREATED_BY;
    this.#onPiece = options.onPiece;
    const { compressor, blocks } = options.memory ?? new ParquetMemory(options.compression);
    this.#services = { compressor, blocks, hasFullPage: false };
  }

  begin(table: ResultTable): void {
    if (table.task === 'embedding') this.#groupBytes = VECTOR_GROUP_BYTES;
    this.#input = new InputColumns(table, this.#services);
    this.#outcome = new OutcomeColumns(table, this.#services);
    this.#cells = new RowCells([...this.#input.texts, ...this.#outcome.cells], this.#services);
    this.#fields = table.fields && new FieldColumns(table, this.#services);
    this.#columns = [...this.#input.columns, ...this.#outcome.columns, ...(this.#fields?.columns ?? [])];
    this.#schema = [...this.#input.schema, ...this.#outcome.schema, ...(this.#fields?.schema ?? [])];
  }

  write(batch: RowBatch, row: number, result: ResultRow): boolean {
    if (this.#isGroupFull || this.#services.compressor.isBusy) return false;
    const mended = batch.reject[row] === RejectReason.none ? undefined : mendedRow(batch, row);
    if (mended === undefined) this.#write(batch, row, result);
    else this.#write(mended, 0, result);
    return true;
  }

  #write(batch: RowBatch, row: number, result: ResultRow): void {
    if (this.#outcomes !== result.outcome.text) this.#outcomes = ownView(result.outcome.text);
    if (this.#block.bytes !== batch.bytes) this.#block = byteView(batch.bytes);
    const cells = this.#cells!;
    this.#input!.put(cells, this.#block, batch, row);
    this.#outcome!.put(cells, this.#input!.texts.length, result);
    cells.put();
    this.#fields?.put(result);
    this.#rows += 1;
    if (this.#services.hasFullPage) this.#closeFullPages();
    this.#fileRows += 1;
    if (this.#fileRows % GROUP_ROWS === 0) this.#isGroupFull = true;
  }

  #closeFullPages(): void {
    this.#services.hasFullPage = false;
    let weight = 0;
    for (const column of this.#columns) {
      if (column.leaf.isPageFull) column.closePage();
      weight += column.leaf.weight;
    }
    if (weight >= this.#groupBytes) this.#isGroupFull = true;
  }

  async drain(): Promise<void> {
    if (this.#isGroupFull) await this.#endGroup();
    else await this.#services.compressor.ready();
  }

  async finish(): Promise<ObjectInfo> {
    if (this.#rows > 0) await this.#endGroup();
    await this.#written;
    if (this.#onPiece === undefined) {
      if (this.#groups.count === 0) await this.#out.write(MAGIC);
      await this.#out.write(this.#groups.encode(this.#schema, this.#createdBy));
    } else this.#onPiece({ columns: this.#schema, groups: this.#pieceGroups });
    this.#release();
    return this.#out.commit();
  }

  async abort(): Promise<void> {
    // pages that are being compressed end by themselves, and nobody asks for them
    this.#release();
    await this.#written.catch(() => undefined);
    await this.#out.abort();
  }

  #release(): void {
    for (const column of this.#columns) column.release();
    this.#outcome?.release();
    this.#cells?.release();
    this.#outcome = this.#cells = undefined;
  }

  /** Ends the row group; its pages are compressed and written while the next one fills. Waits for the one before it. */
  async #endGroup(): Promise<void> {
    const rows = this.#rows;
    this.#rows = 0;
    this.#isGroupFull = false;
    // all pages are given to the compressor before the first is waited for
    for (const column of this.#columns) column.closePage();
    const chunks = Promise.all(this.#columns.map((column) => column.closeChunk()));
    chunks.catch(() => undefined);
    await this.#written;
    this.#written = this.#writeGroup(rows, chunks);
    this.#written.catch(() => undefined);
  }

  async #writeGroup(rows: number, closed: Promise<readonly ClosedChunk[]>): Promise<void> {
    if (this.#groups.count === 0 && this.#onPiece === undefined) await this.#out.write(MAGIC);
    const chunks: GroupFacts['chunks'][number][] = [];
    let bytes = 0;
    let offset = 0;
    for (const { facts, dictionary, pages } of await closed) {
      const { dictionaryOffset } = facts;
      chunks.push({
        ...facts,
        dataOffset: offset + facts.dataOffset,
        dictionaryOffset: dictionaryOffset === undefined ? undefined : offset + dictionaryOffset,
      });
      for (const chain of [dictionary, pages]) await chain.drain((each) => this.#out.write(each));
      offset += facts.compressedBytes;
      bytes += facts.bytes;
    }
    const group: GroupFacts = { rows, bytes, compressedBytes: offset, chunks };
    if (this.#onPiece === undefined) this.#groups.add(group);
    else this.#pieceGroups.push(group);
  }
}

/** Fills the blocks of a sink. */
class FileOutput {
  readonly #sink: ObjectSink;
  #block: Uint8Array | undefined;
  #filled = 0;

  constructor(sink: ObjectSink) {
    this.#sink = sink;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let block = this.#block ?? this.#sink.block();
    for (let from = 0; from < bytes.length; ) {
      const count = Math.min(block.length - this.#filled, bytes.length - from);
      block.set(bytes.subarray(from, from + count), this.#filled);
      this.#filled += count;
      from += count;
      if (this.#filled < block.length) continue;
      block = await this.#sink.write(block);
      this.#filled = 0;
    }
    this.#block = block;
  }

  async commit(): Promise<ObjectInfo> {
    if (this.#filled > 0) await this.#sink.write(this.#block!.subarray(0, this.#filled));
    return this.#sink.commit();
  }

  abort(): Promise<void> {
    return this.#sink.abort();
  }
}
