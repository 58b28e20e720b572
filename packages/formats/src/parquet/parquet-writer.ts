import {
  type ByteView,
  byteView,
  type ObjectInfo,
  type ObjectSink,
  RejectReason,
  type ResultRow,
  type ResultTable,
  type ResultWriter,
  type RowBatch,
} from '@batchrock/core';
import { mendedRow } from '../writing/mended-row.ts';
import { BlockPool } from './byte-chain.ts';
import { encodeFooter, type GroupFacts, MAGIC, type SchemaNode } from './file-layout.ts';
import { InputColumns } from './input-columns.ts';
import type { ColumnServices, WrittenColumn } from './leaf-column.ts';
import { OutcomeColumns } from './outcome-columns.ts';
import { PageCompressor, type ParquetCompression } from './page-compressor.ts';

/** Rows of a row group, at most: what DuckDB writes, and small enough that all of its pages wait in memory for its end. */
export const GROUP_ROWS = 122_880;
/** A row group is ended before its pages weigh more than this, as far as that is known before they are compressed. */
const GROUP_BYTES = 40_000_000;

export interface ParquetWriterOptions {
  /** Default: `zstd`, level 1. */
  readonly compression?: ParquetCompression;
  /** What the footer says of the writer: `batchrock version 1.2.3`. */
  readonly createdBy?: string;
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

class ParquetWriter implements ResultWriter {
  readonly #out: FileOutput;
  readonly #createdBy: string;
  readonly #services: ColumnServices;
  #input: InputColumns | undefined;
  #outcome: OutcomeColumns | undefined;
  #columns: readonly WrittenColumn[] = [];
  #schema: readonly SchemaNode[] = [];
  readonly #groups: GroupFacts[] = [];
  /** Rows in the row group. */
  #rows = 0;
  #isGroupFull = false;
  /** The block of the rows at hand. */
  #block: ByteView = byteView(new Uint8Array(0));

  constructor(sink: ObjectSink, options: ParquetWriterOptions) {
    this.#out = new FileOutput(sink);
    this.#createdBy = options.createdBy ?? 'batchrock';
    const compressor = new PageCompressor(options.compression ?? 'zstd');
    this.#services = { compressor, blocks: new BlockPool(), hasFullPage: false };
  }

  begin(table: ResultTable): void {
    this.#input = new InputColumns(table, this.#services);
    this.#outcome = new OutcomeColumns(table, this.#services);
    this.#columns = [...this.#input.columns, ...this.#outcome.columns];
    this.#schema = [...this.#input.schema, ...this.#outcome.schema];
  }

  write(batch: RowBatch, row: number, result: ResultRow): boolean {
    if (this.#isGroupFull || this.#services.compressor.isBusy) return false;
    const mended = batch.reject[row] === RejectReason.none ? undefined : mendedRow(batch, row);
    if (mended === undefined) this.#write(batch, row, result);
    else this.#write(mended, 0, result);
    return true;
  }

  #write(batch: RowBatch, row: number, result: ResultRow): void {
    if (this.#block.bytes !== batch.bytes) this.#block = byteView(batch.bytes);
    this.#input!.put(this.#block, batch, row);
    this.#outcome!.put(result);
    this.#rows += 1;
    if (this.#services.hasFullPage) this.#closeFullPages();
    if (this.#rows === GROUP_ROWS) this.#isGroupFull = true;
  }

  #closeFullPages(): void {
    this.#services.hasFullPage = false;
    let weight = 0;
    for (const column of this.#columns) {
      if (column.leaf.isPageFull) column.closePage();
      weight += column.leaf.weight;
    }
    if (weight >= GROUP_BYTES) this.#isGroupFull = true;
  }

  async drain(): Promise<void> {
    if (this.#isGroupFull) await this.#endGroup();
    else await this.#services.compressor.ready();
  }

  async finish(): Promise<ObjectInfo> {
    if (this.#rows > 0) await this.#endGroup();
    if (this.#groups.length === 0) await this.#out.write(MAGIC);
    await this.#out.write(encodeFooter({ columns: this.#schema, groups: this.#groups, createdBy: this.#createdBy }));
    this.#release();
    return this.#out.commit();
  }

  async abort(): Promise<void> {
    // pages that are being compressed end by themselves, and nobody asks for them
    this.#release();
    await this.#out.abort();
  }

  #release(): void {
    for (const column of this.#columns) column.release();
  }

  async #endGroup(): Promise<void> {
    if (this.#groups.length === 0) await this.#out.write(MAGIC);
    const chunks: GroupFacts['chunks'][number][] = [];
    let bytes = 0;
    let offset = 0;
    // all pages are given to the compressor before the first is waited for
    for (const column of this.#columns) column.closePage();
    for (const column of this.#columns) {
      const { facts, dictionary, pages } = await column.closeChunk();
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
    this.#groups.push({ rows: this.#rows, bytes, compressedBytes: offset, chunks });
    this.#rows = 0;
    this.#isGroupFull = false;
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
