import { InvariantError } from '../errors/index.ts';
import type { Family } from '../model/index.ts';
import type { Fill, Packer } from '../pack/index.ts';
import type { RowReader } from '../ports/index.ts';
import {
  createRecordEncoder,
  NEEDS_SPACE,
  type OutputBlock,
  type RecordEncoder,
  RejectReason,
  type RowBatch,
} from '../record/index.ts';
import { CachedRows } from './cached-rows.ts';
import type { RunDocument } from './document.ts';
import { type AskedBefore, KnownRequests } from './known-requests.ts';
import type { PartDraft, UnsentRow } from './part-draft.ts';
import type { RunPorts } from './ports.ts';
import { duplicateRow, rejectedRow } from './unsent-rows.ts';

export interface RowEncodingOptions {
  readonly document: RunDocument;
  /** That of the document. */
  readonly family: Family;
  /** The rows of the dataset that ask for the same, where all of them are compared. */
  readonly repeats?: AskedBefore | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows `[first, end)` of a batch. */
interface RowSpan {
  readonly batch: RowBatch;
  readonly first: number;
  readonly end: number;
}

/** Bytes of the first block for records that do not fit into what is left of a part's block. */
const SPARE_BYTES = 1 << 12;

/**
 * Rows become records of the part in hand, as far as they fit; of those that are not sent it is said why. Nothing in it is made for a
 * row or awaited for one.
 */
export class RowEncoding {
  /** The row in hand. */
  ordinal = 0;
  /** Answers of other runs, where a row that has one is not sent. */
  readonly cached: CachedRows | undefined;
  readonly #options: RowEncodingOptions;
  readonly #packer: Packer;
  /** Requests that were made before, where a row with one of them is not sent. */
  readonly #known: AskedBefore | undefined;
  /** Records that do not fit into what is left of a block are encoded here, then copied. */
  readonly #spare: OutputBlock = { bytes: new Uint8Array(SPARE_BYTES), length: 0 };
  #reader: RowReader;
  #encoder: RecordEncoder;

  constructor(ports: RunPorts, packer: Packer, reader: RowReader, options: RowEncodingOptions) {
    const { document, repeats } = options;
    this.#options = options;
    this.#packer = packer;
    this.#known = repeats ?? KnownRequests.of(document, ports.digest);
    this.cached = CachedRows.of(document, ports);
    this.#reader = reader;
    this.#encoder = this.#newEncoder(reader);
  }

  /** The rows are read once more, by this reader. */
  readFrom(reader: RowReader): void {
    this.#reader = reader;
    this.#encoder = this.#newEncoder(reader);
  }

  #newEncoder(reader: RowReader): RecordEncoder {
    const { document, family } = this.#options;
    const { model, request, recordPrefix } = document;
    const { maxRecordBytes } = model.limits;
    return createRecordEncoder({ family, traits: model.traits, request, recordPrefix, maxRecordBytes }, reader.columns);
  }

  /** Not every row that may be sent is. */
  get leavesOut(): boolean {
    return this.#known !== undefined || this.cached !== undefined;
  }

  /** So many rows follow. */
  async reach(count: number): Promise<void> {
    await this.#known?.reach(this.ordinal, this.ordinal + count);
  }

  /** Another part begins. */
  beginPart(): void {
    this.#known?.clear();
  }

  /** Looks for answers from a row on; the row behind the last of which it is known. */
  async look(cached: CachedRows, batch: RowBatch, row: number): Promise<number> {
    return cached.look(this.#encoder, batch, row, this.ordinal, { signal: this.#options.signal });
  }

  /** The part in hand has too many rows to be kept in mind. */
  isLong(part: PartDraft): boolean {
    return (this.#known ?? this.cached)?.isFull(this.ordinal - part.from.ordinal) ?? false;
  }

  /**
   * Encodes rows straight into the part's block, as many as go there without waiting for anything; the first row that does not.
   * That one needs another block, file or part, and is encoded again.
   */
  encodeRun(part: PartDraft, { batch, first, end }: RowSpan, unsent: UnsentRow[]): number {
    if (this.leavesOut) return this.#encodeEach(part, { batch, first, end }, unsent);
    const encoder = this.#encoder;
    const packer = this.#packer;
    const writer = part.records;
    const out = writer.out;
    for (let row = first; row < batch.count; row++) {
      const start = out.length;
      const run = encoder.encodeRun(batch, row, this.ordinal, out, smaller(packer.room, writer.room));
      if (run > 0) {
        writer.acceptRun(out.length - start, run, this.ordinal);
        packer.take(out.length - start, run);
        this.ordinal += run;
        row += run - 1;
        continue;
      }
      const result = encoder.encode(batch, row, this.ordinal, out);
      if (result === RejectReason.none) {
        const size = out.length - start;
        if (!packer.fits(size)) {
          out.length = start;
          return row;
        }
        if (!writer.accept(start, this.ordinal)) return row;
        packer.take(size);
      } else if (result === NEEDS_SPACE) return row;
      else unsent.push(this.#refuse(batch, row, result));
      this.ordinal++;
    }
    return batch.count;
  }

  /** The same up to a row, one by one, where a row is not sent that has an answer, or a request that the part has already. */
  #encodeEach(part: PartDraft, { batch, first, end }: RowSpan, unsent: UnsentRow[]): number {
    const known = this.#known;
    const packer = this.#packer;
    const writer = part.records;
    const { out } = writer;
    for (let row = first; row < end; row++, this.ordinal++) {
      if (this.isLong(part)) return row;
      const cached = this.cached?.find(this.ordinal);
      if (cached !== undefined) {
        unsent.push(cached);
        continue;
      }
      const start = out.length;
      const result = this.#encoder.encode(batch, row, this.ordinal, out);
      if (result === NEEDS_SPACE) return row;
      if (result !== RejectReason.none) {
        unsent.push(this.#refuse(batch, row, result));
        continue;
      }
      const size = out.length - start;
      const same = known?.find(batch, row, { bytes: out.bytes, start, end: out.length }, this.ordinal) ?? -1;
      if (same >= 0) unsent.push(duplicateRow(this.#options.document, this.ordinal, same));
      if (same >= 0 || !packer.fits(size)) out.length = start;
      if (same >= 0) continue;
      if (!packer.fits(size) || !writer.accept(start, this.ordinal)) return row;
      packer.take(size);
      known?.add(this.ordinal);
    }
    return end;
  }

  /** Encodes one row beside the block; the bytes of its record, or 0 when it is not sent. */
  encodeSpare(batch: RowBatch, row: number, unsent: UnsentRow[]): number {
    const spare = this.#spare;
    const cached = this.cached?.find(this.ordinal);
    if (cached !== undefined) {
      unsent.push(cached);
      return 0;
    }
    const most = this.#options.document.model.limits.maxRecordBytes;
    for (;;) {
      spare.length = 0;
      const result = this.#encoder.encode(batch, row, this.ordinal, spare);
      if (result === RejectReason.none) {
        const same = this.#known?.find(batch, row, { bytes: spare.bytes, start: 0, end: spare.length }, this.ordinal) ?? -1;
        if (same < 0) return spare.length;
        unsent.push(duplicateRow(this.#options.document, this.ordinal, same));
        return 0;
      }
      if (result !== NEEDS_SPACE) {
        unsent.push(this.#refuse(batch, row, result));
        return 0;
      }
      if (spare.bytes.length >= most) throw new InvariantError(`a record of row ${this.ordinal} does not fit into ${most} bytes`);
      spare.bytes = new Uint8Array(Math.min(most, 2 * spare.bytes.length));
    }
  }

  /** Puts the record that was encoded beside the block into the part. */
  async takeSpare(part: PartDraft, size: number): Promise<void> {
    this.#packer.take(size);
    await part.records.append(this.#spare.bytes, 0, size, this.ordinal);
    this.#known?.add(this.ordinal);
  }

  #refuse(batch: RowBatch, row: number, reason: RejectReason): UnsentRow {
    const { document, family } = this.#options;
    return rejectedRow({ document, family, reader: this.#reader }, { batch, row, ordinal: this.ordinal, reason });
  }
}

function smaller(a: Fill, b: Fill): Fill {
  return { records: Math.min(a.records, b.records), bytes: Math.min(a.bytes, b.bytes) };
}
