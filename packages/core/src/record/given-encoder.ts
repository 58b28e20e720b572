import { type ByteView, byteView, copyBytes } from './escape-json.ts';
import { RECORD_ID_LENGTH, recordPrefixBytes, writeRecordId } from './ids.ts';
import { KernelRecords } from './kernel-records.ts';
import { type EncodeLimits, NEEDS_SPACE, type OutputBlock, RECORD_HEAD, type RecordEncoder } from './record-encoder.ts';
import { CellKind, RejectReason, type RowBatch } from './row-batch.ts';

/** The column of rows that are records in which the request stands. */
export const MODEL_INPUT_COLUMN = 'modelInput';

/** What all records of rows that are records have in common. */
export interface GivenEncoderSpec {
  /** Two digits of base 36: the first two characters of every record id. */
  readonly recordPrefix: string;
  /** Bytes of a record's line, its line feed included. */
  readonly maxRecordBytes: number;
}

const BEFORE = new TextEncoder().encode('","modelInput":');
const BEHIND = new TextEncoder().encode('}\n');
const FIXED_BYTES = RECORD_HEAD.length + RECORD_ID_LENGTH + BEFORE.length + BEHIND.length;
const NOTHING = new Uint8Array(0);

/**
 * An encoder for rows that are records already: the object in `modelInput` is copied byte for byte under an id of ours. What
 * stands in it is between its author and the model. `columns` is the reader's list, which may grow.
 */
export class GivenRecordEncoder implements RecordEncoder {
  readonly #columns: readonly string[];
  readonly #prefix: Uint8Array;
  readonly #maxBytes: number;
  #width = -1;
  /** Of `modelInput` in a row, or -1. */
  #place = -1;
  #kernel: KernelRecords | undefined;
  #from: ByteView = byteView(NOTHING);
  #to: ByteView = byteView(NOTHING);

  constructor(spec: GivenEncoderSpec, columns: readonly string[]) {
    this.#columns = columns;
    this.#prefix = recordPrefixBytes(spec.recordPrefix);
    this.#maxBytes = spec.maxRecordBytes;
  }

  encode(batch: RowBatch, row: number, ordinal: number, out: OutputBlock): RejectReason | typeof NEEDS_SPACE {
    const refused = batch.reject[row] as RejectReason;
    if (refused !== RejectReason.none) return refused;
    if (batch.width !== this.#width) this.#resolve(batch.width);
    const cell = 3 * (row * batch.width + this.#place);
    if (this.#place < 0 || batch.cells[cell + 2] === CellKind.absent) return RejectReason.missingColumn;
    if (!isObjectCell(batch, cell)) return RejectReason.notObject;
    const start = batch.cells[cell]!;
    const end = batch.cells[cell + 1]!;
    const length = FIXED_BYTES + end - start;
    if (length > this.#maxBytes) return RejectReason.tooLarge;
    if (length > out.bytes.length - out.length) return NEEDS_SPACE;
    if (this.#from.bytes !== batch.bytes) this.#from = byteView(batch.bytes);
    if (this.#to.bytes !== out.bytes) this.#to = byteView(out.bytes);
    this.#write(start, end, ordinal, out.length);
    out.length += length;
    return RejectReason.none;
  }

  encodeRun(batch: RowBatch, row: number, ordinal: number, out: OutputBlock, limits: EncodeLimits): number {
    if (batch.width !== this.#width) this.#resolve(batch.width);
    return this.#kernel?.encode(batch, row, ordinal, out, limits) ?? 0;
  }

  #resolve(width: number): void {
    this.#width = width;
    const place = this.#columns.indexOf(MODEL_INPUT_COLUMN);
    this.#place = place < width ? place : -1;
    this.#kernel = new KernelRecords({
      literals: [RECORD_HEAD, BEFORE, BEHIND],
      prefix: this.#prefix,
      places: Int32Array.of(this.#place),
      fixed: FIXED_BYTES,
      maxBytes: this.#maxBytes,
      needsText: false,
      copiesObjects: true,
    });
  }

  /** Writes the line, for which there is room. */
  #write(start: number, end: number, ordinal: number, at: number): void {
    const { bytes } = this.#to;
    bytes.set(RECORD_HEAD, at);
    const id = at + RECORD_HEAD.length;
    writeRecordId(this.#prefix, ordinal, bytes, id);
    bytes.set(BEFORE, id + RECORD_ID_LENGTH);
    bytes.set(BEHIND, copyBytes(this.#from, start, end, this.#to, id + RECORD_ID_LENGTH + BEFORE.length));
  }
}

/** True for a cell, by the place of its first number, that has a JSON object. */
function isObjectCell({ bytes, cells }: RowBatch, cell: number): boolean {
  return cells[cell + 2] === CellKind.jsonValue && bytes[cells[cell]!] === 0x7b;
}
