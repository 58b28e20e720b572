import { invariant } from '../errors/index.ts';
import type { Family, ModelTraits } from '../model/index.ts';
import { type ByteView, byteView, copyBytes, escapedLength, MAX_ESCAPED, writeEscaped } from './escape-json.ts';
import { FamilyRecordEncoder } from './family-encoder.ts';
import { GivenRecordEncoder } from './given-encoder.ts';
import { RECORD_ID_LENGTH, recordPrefixBytes, writeRecordId } from './ids.ts';
import { KernelRecords } from './kernel-records.ts';
import { OpenAiRecordEncoder } from './openai-encoder.ts';
import { type EncodeLimits, NEEDS_SPACE, type OutputBlock, RECORD_HEAD, type RecordEncoder } from './record-encoder.ts';
import { cutRequest, type RequestSpec } from './request-bytes.ts';
import { CellKind, RejectReason, type RowBatch } from './row-batch.ts';

/** What a run's records are made of. */
export interface RecordEncoderSpec {
  readonly family: Family;
  /** What the model takes otherwise than its family; default: nothing. */
  readonly traits?: ModelTraits | undefined;
  readonly request: RequestSpec;
  /** Two digits of base 36: the first two characters of every record id. */
  readonly recordPrefix: string;
  /** Bytes of a record's line, its line feed included. */
  readonly maxRecordBytes: number;
}

const NOTHING = new Uint8Array(0);

/**
 * An encoder that copies the constant pieces of the request and escapes the cells between them: no object and no string is
 * made for a row. Rows that are records already are copied (`GivenRecordEncoder`), lines of an OpenAI batch file translated
 * (`OpenAiRecordEncoder`), and rows of a family of a user's project given to it (`FamilyRecordEncoder`). `columns` is the reader's
 * list: where it grows (JSON Lines), it is looked at again whenever a batch is wider than the last one.
 */
export function createRecordEncoder(spec: RecordEncoderSpec, columns: readonly string[]): RecordEncoder {
  const { openai, given } = spec.request;
  if (openai) return new OpenAiRecordEncoder({ ...spec, ...openai, traits: spec.traits ?? {} });
  if (given) return new GivenRecordEncoder(spec, columns);
  return spec.family.origin === undefined ? new ByteRecordEncoder(spec, columns) : new FamilyRecordEncoder(spec, columns);
}

class ByteRecordEncoder implements RecordEncoder {
  readonly #columns: readonly string[];
  readonly #prefix: Uint8Array;
  readonly #maxBytes: number;
  /** `literals[i]` stands before cell `i`; the last one after the last cell. */
  readonly #literals: readonly Uint8Array[];
  readonly #names: readonly string[];
  /** For each cell of the request, its place in a row, or -1. */
  readonly #places: Int32Array;
  /** Bytes of a line without its cells. */
  readonly #fixed: number;
  /** Embeddings: an empty text is refused by the model, so it is never sent. */
  readonly #needsText: boolean;
  #kernel: KernelRecords | undefined;
  #width = -1;
  #from: ByteView = byteView(NOTHING);
  #to: ByteView = byteView(NOTHING);

  constructor(spec: RecordEncoderSpec, columns: readonly string[]) {
    const pieces = cutRequest(spec.family, spec.request, spec.traits);
    const last = pieces.literals.length - 1;
    const text = new TextEncoder();
    this.#literals = pieces.literals.map((literal, i) =>
      text.encode(`${i === 0 ? '","modelInput":' : ''}${literal}${i === last ? '}\n' : ''}`),
    );
    this.#names = pieces.columns;
    this.#places = new Int32Array(pieces.columns.length);
    this.#columns = columns;
    this.#prefix = recordPrefixBytes(spec.recordPrefix);
    this.#maxBytes = spec.maxRecordBytes;
    this.#fixed = this.#literals.reduce((sum, literal) => sum + literal.length, RECORD_HEAD.length + RECORD_ID_LENGTH);
    this.#needsText = spec.family.task === 'embedding';
  }

  encode(batch: RowBatch, row: number, ordinal: number, out: OutputBlock): RejectReason | typeof NEEDS_SPACE {
    const refused = batch.reject[row] as RejectReason;
    if (refused !== RejectReason.none) return refused;
    if (batch.width !== this.#width) this.#resolve(batch.width);
    if (this.#from.bytes !== batch.bytes) this.#from = byteView(batch.bytes);
    if (this.#to.bytes !== out.bytes) this.#to = byteView(out.bytes);

    const { cells } = batch;
    const first = 3 * row * batch.width;
    let sourceBytes = 0;
    for (let i = 0; i < this.#places.length; i++) {
      const place = this.#places[i]!;
      const cell = first + 3 * place;
      if (place < 0 || cells[cell + 2] === CellKind.absent) return RejectReason.missingColumn;
      if (this.#needsText && isEmpty(batch, cell)) return RejectReason.emptyText;
      sourceBytes += cells[cell + 1]! - cells[cell]!;
    }
    // a cell never becomes shorter, and at most six times as long: nearly always one of the two settles it without counting
    if (this.#fixed + sourceBytes > this.#maxBytes) return RejectReason.tooLarge;
    if (this.#fixed + MAX_ESCAPED * sourceBytes > Math.min(out.bytes.length - out.length, this.#maxBytes)) {
      const length = this.#measure(batch, first);
      if (length > this.#maxBytes) return RejectReason.tooLarge;
      if (length > out.bytes.length - out.length) return NEEDS_SPACE;
    }
    out.length = this.#write(batch, first, ordinal, out.length);
    return RejectReason.none;
  }

  encodeRun(batch: RowBatch, row: number, ordinal: number, out: OutputBlock, limits: EncodeLimits): number {
    if (batch.width !== this.#width) this.#resolve(batch.width);
    return this.#kernel?.encode(batch, row, ordinal, out, limits) ?? 0;
  }

  #resolve(width: number): void {
    this.#width = width;
    this.#names.forEach((name, i) => {
      const place = this.#columns.indexOf(name);
      this.#places[i] = place < width ? place : -1;
    });
    this.#kernel = new KernelRecords({
      literals: [RECORD_HEAD, ...this.#literals],
      prefix: this.#prefix,
      places: this.#places,
      fixed: this.#fixed,
      maxBytes: this.#maxBytes,
      needsText: this.#needsText,
    });
  }

  /** The exact length of the line. */
  #measure(batch: RowBatch, first: number): number {
    const { cells, bytes } = batch;
    let length = this.#fixed;
    for (let i = 0; i < this.#places.length; i++) {
      const cell = first + 3 * this.#places[i]!;
      const start = cells[cell]!;
      const end = cells[cell + 1]!;
      const kind = cells[cell + 2];
      length += kind === CellKind.jsonString ? end - start : escapedLength(bytes, start, end, kind === CellKind.quotedText);
    }
    return length;
  }

  /** Writes the line, for which there is room, and returns the offset after it. */
  #write(batch: RowBatch, first: number, ordinal: number, start: number): number {
    const { cells } = batch;
    const to = this.#to;
    const from = this.#from;
    to.bytes.set(RECORD_HEAD, start);
    let at = start + RECORD_HEAD.length;
    writeRecordId(this.#prefix, ordinal, to.bytes, at);
    at += RECORD_ID_LENGTH;
    for (let i = 0; i < this.#literals.length; i++) {
      const literal = this.#literals[i]!;
      to.bytes.set(literal, at);
      at += literal.length;
      if (i === this.#places.length) break;
      const cell = first + 3 * this.#places[i]!;
      const kind = cells[cell + 2];
      at =
        kind === CellKind.jsonString
          ? copyBytes(from, cells[cell]!, cells[cell + 1]!, to, at)
          : writeEscaped(from, cells[cell]!, cells[cell + 1]!, kind === CellKind.quotedText, to, at);
    }
    invariant(at <= to.bytes.length, 'a record was written past the end of its block');
    return at;
  }
}

/** No bytes, or the JSON value `null`. */
function isEmpty(batch: RowBatch, cell: number): boolean {
  const start = batch.cells[cell]!;
  const end = batch.cells[cell + 1]!;
  if (start === end) return true;
  return batch.cells[cell + 2] === CellKind.jsonValue && end - start === 4 && batch.bytes[start] === 0x6e;
}
