import { Buffer } from 'node:buffer';
import {
  CellKind,
  InputError,
  type ReadPosition,
  type RejectCause,
  RejectReason,
  type RowBatch,
  type RowReader,
} from '@batchrock/core';
import { batchRows, createBatch } from './batch.ts';
import type { ByteWindow } from './byte-window.ts';
import type { RowFormat } from './row-format.ts';
import { describeForeignBytes, rejectForeignBytes } from './utf8-check.ts';

export interface BlockReaderOptions {
  readonly warnings: readonly string[];
  /** Ordinal of the first row. */
  readonly ordinal: number;
  readonly maxRowBytes: number;
}

/** Rows of any format, a window of bytes at a time: one await for each block, none for a row. */
export class BlockReader implements RowReader {
  readonly warnings: readonly string[];
  readonly #window: ByteWindow;
  readonly #format: RowFormat;
  readonly #maxRowBytes: number;
  #batch: RowBatch;
  #ordinal: number;
  /** The first batch, read ahead to see whether there is one, and where its first row begins. */
  #ahead: { readonly batch: RowBatch; readonly position: ReadPosition } | undefined;

  constructor(window: ByteWindow, format: RowFormat, options: BlockReaderOptions) {
    this.#window = window;
    this.#format = format;
    this.warnings = options.warnings;
    this.#maxRowBytes = options.maxRowBytes;
    this.#ordinal = options.ordinal;
    this.#batch = createBatch(format.columns.length, { bytes: window.plain.length });
  }

  get dialect() {
    return this.#format.dialect;
  }

  get columns(): readonly string[] {
    return this.#format.columns;
  }

  get position(): ReadPosition {
    if (this.#ahead) return this.#ahead.position;
    return { byte: this.#window.offset + this.#window.start, line: this.#format.line, ordinal: this.#ordinal };
  }

  get bytesRead(): number | undefined {
    return this.#window.bytesRead;
  }

  /** Reads the first batch ahead; false when there is none. */
  async hasRows(): Promise<boolean> {
    const position = this.position;
    const batch = await this.#read();
    this.#ahead = batch && { batch, position };
    return batch !== undefined;
  }

  async next(): Promise<RowBatch | undefined> {
    const ahead = this.#ahead?.batch;
    this.#ahead = undefined;
    const batch = ahead ?? (await this.#read());
    this.#ordinal += batch?.count ?? 0;
    return batch;
  }

  explainReject(row: number): RejectCause {
    const { bytes, rowStart, rowEnd, reject } = this.#batch;
    const reason = reject[row]!;
    if (reason === RejectReason.rowTooLong) return { why: `longer than ${this.#maxRowBytes} bytes` };
    const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const foreign = describeForeignBytes(this.#batch, block, row, this.columns);
    const hint = foreign === undefined ? [] : [`${foreign}; save the file as UTF-8`];
    if (reason === RejectReason.notUtf8) return { why: hint.join() };
    const cause = this.#format.explain(block.subarray(rowStart[row], rowEnd[row]), reason);
    return { ...cause, why: [cause.why, ...hint].join('; ') };
  }

  close(): Promise<void> {
    return this.#window.close();
  }

  async #read(): Promise<RowBatch | undefined> {
    for (;;) {
      const stop = this.#scan();
      if (this.#batch.count > 0) return this.#batch;
      if (stop === 'wider') continue;
      if (stop === 'broken') throw this.#format.broken();
      if (stop === 'long') return this.#passLong();
      if (this.#window.ended) return undefined;
      if ((await this.#window.fill()) === 'full') return this.#skipLong();
    }
  }

  #scan() {
    const window = this.#window;
    const format = this.#format;
    const width = format.columns.length;
    const bytesAtOnce = window.plain.length;
    if (this.#batch.width !== width || this.#batch.rowStart.length < batchRows(width, bytesAtOnce))
      this.#batch = createBatch(width, { bytes: bytesAtOnce, old: this.#batch });
    const batch = this.#batch;
    batch.count = 0;
    batch.bytes = window.plain;
    batch.offset = window.offset;
    const bytes = window.bytes.subarray(0, window.end);
    const stop = format.scan(bytes, window.start, window.ended, batch);
    window.start = format.at;
    rejectForeignBytes(batch, bytes);
    return stop;
  }

  /** The next row is too long and stands whole in the window. */
  #passLong(): RowBatch {
    const { line, at } = this.#format;
    this.#format.passLong();
    this.#window.start = this.#format.at;
    return this.#standInBatch(this.#window.offset + at, line);
  }

  /** The next row is longer than the window can be: reads past it and keeps nothing. */
  async #skipLong(): Promise<RowBatch> {
    const window = this.#window;
    const line = this.#format.line;
    const byte = window.offset + window.start;
    const skipper = this.#format.skipper();
    for (;;) {
      const end = skipper.feed(window.rest());
      window.start = end < 0 ? window.end : window.start + end;
      if (end >= 0) break;
      if ((await window.fill()) !== 'ended') continue;
      const error = skipper.broken(line);
      if (error) throw error;
      break;
    }
    this.#format.line = line + 1 + skipper.innerLines;
    return this.#standInBatch(byte, line);
  }

  #standInBatch(byte: number, line: number): RowBatch {
    const batch = this.#batch;
    batch.count = 1;
    batch.bytes = this.#format.standIn;
    batch.offset = byte;
    batch.rowStart[0] = 0;
    batch.rowEnd[0] = batch.bytes.length;
    batch.line[0] = line;
    batch.reject[0] = RejectReason.rowTooLong;
    for (let c = 0; c < batch.width; c++) batch.cells[3 * c + 2] = CellKind.absent;
    return batch;
  }
}

/** The reader, once it is known that it has a row; `BR-E0102` with the message when it has none. */
export async function withRows(reader: BlockReader, message: string): Promise<BlockReader> {
  if (await reader.hasRows()) return reader;
  throw new InputError('BR-E0102', message);
}
