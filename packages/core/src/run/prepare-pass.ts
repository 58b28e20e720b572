import { InputError, InvariantError } from '../errors/index.ts';
import type { PartFacts, Place } from '../job/index.ts';
import type { Family } from '../model/index.ts';
import { type Fill, Packer, type Tail } from '../pack/index.ts';
import type { ReadPosition, RowReader } from '../ports/index.ts';
import {
  createRecordEncoder,
  NEEDS_SPACE,
  type OutputBlock,
  REJECT_CODES,
  type RecordEncoder,
  RejectReason,
  type RowBatch,
  recordId,
} from '../record/index.ts';
import { CachedRows } from './cached-rows.ts';
import type { RunDocument } from './document.ts';
import { HeldPart } from './held-part.ts';
import { type AskedBefore, KnownRequests } from './known-requests.ts';
import { PartDraft, type UnsentRow } from './part-draft.ts';
import { placeOf } from './place-of.ts';
import type { RunPorts } from './ports.ts';
import { rejectCause, rejectMessage } from './reject-message.ts';
import { checkCancelled } from './tolerance.ts';

/** What is told while rows go by. */
export interface PrepareProgress {
  readonly rows: number;
  readonly rejected: number;
  /** Bytes of the dataset that are read. */
  readonly bytes: number;
  /** Parts that are written. */
  readonly parts: number;
}

export interface PreparePassOptions {
  readonly document: RunDocument;
  /** That of the document. */
  readonly family: Family;
  readonly openRows: (from?: ReadPosition) => Promise<RowReader>;
  /** Called for each part, in order, when it is certain and all its objects are there. */
  readonly onPart: (facts: PartFacts, columns: readonly string[]) => Promise<void>;
  readonly onProgress?: ((progress: PrepareProgress) => void) | undefined;
  /** The rows of the dataset that ask for the same, where all of them are compared. */
  readonly repeats?: AskedBefore | undefined;
  /** True when nothing lies below the inputs of the run: parts behind the first need no look at what an earlier try has left. */
  readonly isNew?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of the first block for records that do not fit into what is left of a part's block. */
const SPARE_BYTES = 1 << 18;

/**
 * One streaming pass over a dataset, from the first row of a part: rows become records, records parts. Nothing in it is made
 * for a row or awaited for one; what cannot be sent is written beside its part.
 */
export class PreparePass {
  readonly #ports: RunPorts;
  readonly #options: PreparePassOptions;
  readonly #packer: Packer;
  /** Requests that were made before, where a row with one of them is not sent. */
  readonly #known: AskedBefore | undefined;
  /** Answers of other runs, where a row that has one is not sent. */
  readonly #cached: CachedRows | undefined;
  /** Records that do not fit into what is left of a block are encoded here, then copied. */
  readonly #spare: OutputBlock = { bytes: new Uint8Array(SPARE_BYTES), length: 0 };
  #reader: RowReader;
  #encoder: RecordEncoder;
  #draft: PartDraft | undefined;
  /** The part before that in hand, until it is emitted. */
  #held: HeldPart | undefined;
  #part: number;
  /** The row in hand. */
  #ordinal = 0;
  #toldRows = 0;
  /** Of rows before the draft. */
  #rejected: number;
  /** The first row that is left out, because no more parts may be made. */
  #cutAt: Place | undefined;

  constructor(
    ports: RunPorts,
    reader: RowReader,
    begin: { readonly part: number; readonly rejected: number },
    options: PreparePassOptions,
  ) {
    this.#ports = ports;
    this.#options = options;
    this.#reader = reader;
    this.#encoder = this.#newEncoder(reader);
    this.#part = begin.part;
    this.#rejected = begin.rejected;
    const { document } = options;
    this.#known = options.repeats ?? KnownRequests.of(document, ports.digest);
    this.#cached = CachedRows.of(document, ports);
    this.#packer = new Packer({ ...document.model.limits, partRecords: document.partRecords });
  }

  /** Reads to the end. `isCut`: the parts that may be made are full, and the rows from `end` on are left out. */
  async run(): Promise<{ readonly end: Place; readonly columns: readonly string[]; readonly isCut: boolean }> {
    try {
      for (;;) {
        if (!this.#isFull()) await this.#readRows();
        if (await this.#finishTail())
          return { end: this.#end(), columns: this.#reader.columns, isCut: this.#cutAt !== undefined };
      }
    } catch (error) {
      await this.#held?.abort();
      await this.#draft?.abort();
      throw error;
    } finally {
      await this.#reader.close();
    }
  }

  #newEncoder(reader: RowReader): RecordEncoder {
    const { model, request, recordPrefix } = this.#options.document;
    const { maxRecordBytes } = model.limits;
    const { family } = this.#options;
    return createRecordEncoder({ family, traits: model.traits, request, recordPrefix, maxRecordBytes }, reader.columns);
  }

  /** As many parts are made as may be. */
  #isFull(): boolean {
    return this.#part >= (this.#options.document.maxParts ?? Number.POSITIVE_INFINITY);
  }

  /** The place behind the last row of the run. */
  #end(): Place {
    return this.#cutAt ?? place(this.#reader.position);
  }

  async #readRows(): Promise<void> {
    const { signal } = this.#options;
    this.#ordinal = this.#reader.position.ordinal;
    for (let batch = await this.#reader.next(); batch; batch = await this.#reader.next()) {
      checkCancelled(signal);
      const first = placeOf(batch, 0, this.#ordinal);
      this.#draft ??= await this.#open(first);
      this.#draft.enter(first);
      await this.#known?.reach(this.#ordinal, this.#ordinal + batch.count);
      await this.#encodeBatch(batch);
      // its objects become visible while the rows of the next one go by
      if (this.#isCertain()) void this.#held?.publish();
      this.#tell(this.#rejected + this.#draft.rejected);
      if (this.#cutAt) return;
    }
  }

  /** Rows that are read once more were told before. */
  #tell(rejected: number): void {
    if (this.#ordinal <= this.#toldRows) return;
    this.#toldRows = this.#ordinal;
    const bytes = this.#reader.bytesRead ?? this.#reader.position.byte;
    this.#options.onProgress?.({ rows: this.#ordinal, rejected, bytes, parts: this.#part });
  }

  async #encodeBatch(batch: RowBatch): Promise<void> {
    let kept = 0;
    let row = 0;
    const unsent: UnsentRow[] = [];
    while (row < batch.count) {
      const end = this.#cached === undefined ? batch.count : await this.#look(this.#cached, batch, row, unsent);
      row = this.#encodeRun(batch, row, end, unsent);
      if (row === end) continue;
      let size = this.#isLong() ? -1 : this.#encodeSpare(batch, row, unsent);
      if (size < 0 || (size > 0 && !this.#packer.fits(size))) {
        await this.#current().leaveOut(unsent.splice(0));
        await this.#current().keepRows(batch, kept, row);
        kept = row;
        const at = placeOf(batch, row, this.#ordinal);
        if (this.#part + 1 === this.#options.document.maxParts) {
          this.#cutAt = at;
          return;
        }
        await this.#cut(at);
        if (size < 0 && this.#cached !== undefined) await this.#look(this.#cached, batch, row, unsent);
        if (size < 0) size = this.#encodeSpare(batch, row, unsent);
      }
      if (size > 0) {
        this.#packer.take(size);
        await this.#current().records.append(this.#spare.bytes, 0, size, this.#ordinal);
        this.#known?.add(this.#ordinal);
      }
      row++;
      this.#ordinal++;
    }
    await this.#current().leaveOut(unsent);
    await this.#current().keepRows(batch, kept, batch.count);
  }

  /** Looks for answers from a row on; the row behind the last of which it is known. Those that were found are written first. */
  async #look(cached: CachedRows, batch: RowBatch, row: number, unsent: UnsentRow[]): Promise<number> {
    await this.#current().leaveOut(unsent.splice(0));
    return cached.look(this.#encoder, batch, row, this.#ordinal, { signal: this.#options.signal });
  }

  /** The part in hand has too many rows to be kept in mind. */
  #isLong(): boolean {
    return (this.#known ?? this.#cached)?.isFull(this.#ordinal - this.#current().from.ordinal) ?? false;
  }

  /**
   * Encodes rows straight into the part's block, as many as go there without waiting for anything; the first row that does not.
   * That one needs another block, file or part, and is encoded again.
   */
  #encodeRun(batch: RowBatch, first: number, end: number, unsent: UnsentRow[]): number {
    if (this.#leavesOut()) return this.#encodeEach(batch, first, end, unsent);
    const encoder = this.#encoder;
    const packer = this.#packer;
    const writer = this.#current().records;
    const out = writer.out;
    for (let row = first; row < batch.count; row++) {
      const start = out.length;
      const run = encoder.encodeRun(batch, row, this.#ordinal, out, smaller(packer.room, writer.room));
      if (run > 0) {
        writer.acceptRun(out.length - start, run, this.#ordinal);
        packer.take(out.length - start, run);
        this.#ordinal += run;
        row += run - 1;
        continue;
      }
      const result = encoder.encode(batch, row, this.#ordinal, out);
      if (result === RejectReason.none) {
        const size = out.length - start;
        if (!packer.fits(size)) {
          out.length = start;
          return row;
        }
        if (!writer.accept(start, this.#ordinal)) return row;
        packer.take(size);
      } else if (result === NEEDS_SPACE) return row;
      else unsent.push(this.#refuse(batch, row, result));
      this.#ordinal++;
    }
    return batch.count;
  }

  /** The same up to a row, one by one, where a row is not sent that has an answer, or a request that the part has already. */
  #encodeEach(batch: RowBatch, first: number, end: number, unsent: UnsentRow[]): number {
    const known = this.#known;
    const packer = this.#packer;
    const writer = this.#current().records;
    const { out } = writer;
    for (let row = first; row < end; row++, this.#ordinal++) {
      if (this.#isLong()) return row;
      const cached = this.#cached?.find(this.#ordinal);
      if (cached !== undefined) {
        unsent.push(cached);
        continue;
      }
      const start = out.length;
      const result = this.#encoder.encode(batch, row, this.#ordinal, out);
      if (result === NEEDS_SPACE) return row;
      if (result !== RejectReason.none) {
        unsent.push(this.#refuse(batch, row, result));
        continue;
      }
      const size = out.length - start;
      const same = known?.find(batch, row, { bytes: out.bytes, start, end: out.length }, this.#ordinal) ?? -1;
      if (same >= 0) unsent.push(this.#duplicate(same));
      if (same >= 0 || !packer.fits(size)) out.length = start;
      if (same >= 0) continue;
      if (!packer.fits(size) || !writer.accept(start, this.#ordinal)) return row;
      packer.take(size);
      known?.add(this.#ordinal);
    }
    return end;
  }

  /** Encodes one row beside the block; the bytes of its record, or 0 when it is not sent. */
  #encodeSpare(batch: RowBatch, row: number, unsent: UnsentRow[]): number {
    const spare = this.#spare;
    const cached = this.#cached?.find(this.#ordinal);
    if (cached !== undefined) {
      unsent.push(cached);
      return 0;
    }
    const most = this.#options.document.model.limits.maxRecordBytes;
    for (;;) {
      spare.length = 0;
      const result = this.#encoder.encode(batch, row, this.#ordinal, spare);
      if (result === RejectReason.none) {
        const same = this.#known?.find(batch, row, { bytes: spare.bytes, start: 0, end: spare.length }, this.#ordinal) ?? -1;
        if (same < 0) return spare.length;
        unsent.push(this.#duplicate(same));
        return 0;
      }
      if (result !== NEEDS_SPACE) {
        unsent.push(this.#refuse(batch, row, result));
        return 0;
      }
      if (spare.bytes.length >= most)
        throw new InvariantError(`a record of row ${this.#ordinal} does not fit into ${most} bytes`);
      spare.bytes = new Uint8Array(Math.min(most, 2 * spare.bytes.length));
    }
  }

  /** The row in hand asks for what a row before it asks for. */
  #duplicate(of: number): UnsentRow {
    const { recordPrefix } = this.#options.document;
    return { id: recordId(recordPrefix, this.#ordinal), status: 'duplicate', of: recordId(recordPrefix, of) };
  }

  #refuse(batch: RowBatch, row: number, reason: RejectReason): UnsentRow {
    const { document, family } = this.#options;
    const line = batch.line[row]!;
    const cause = rejectCause({ ...document, family }, this.#reader, batch, row, reason);
    if (document.strict) {
      // an error is logged, and what stands in cells is not
      const file = this.#reader.sourceName ?? document.source.name;
      const where = this.#reader.sourceName === undefined ? `${file}, ${cause.why}` : cause.why;
      throw new InputError('BR-E0113', where, { details: { file, line } });
    }
    const id = recordId(document.recordPrefix, this.#ordinal);
    return { id, status: 'rejected', code: REJECT_CODES[reason]!, message: rejectMessage(cause), line };
  }

  async #open(from: Place): Promise<PartDraft> {
    const { document, signal } = this.#options;
    // the first shows that what is written is there
    const isNew = this.#options.isNew === true && this.#part > 0;
    if (this.#cached !== undefined) await this.#cached.begin(this.#part, { isNew, signal });
    return new PartDraft(this.#ports, { document, part: this.#part, from, isNew, decided: this.#cached?.decided, signal });
  }

  #current(): PartDraft {
    if (!this.#draft) throw new InvariantError('no part is open');
    return this.#draft;
  }

  /** Closes the part in hand and opens the next one. The part before it is certain now. */
  async #cut(at: Place): Promise<void> {
    await this.#emit();
    this.#hold(at);
    this.#packer.cut();
    this.#known?.clear();
    this.#draft = await this.#open(at);
  }

  #hold(to: Place): void {
    const draft = this.#current();
    this.#draft = undefined;
    this.#held = new HeldPart(draft, to);
    this.#rejected += draft.rejected;
    this.#part++;
  }

  async #emit(): Promise<void> {
    const facts = await this.#held?.publish();
    if (facts) await this.#options.onPart(facts, this.#reader.columns);
    this.#held = undefined;
  }

  /** Not every row that may be sent is. */
  #leavesOut(): boolean {
    return this.#known !== undefined || this.#cached !== undefined;
  }

  /** No row that may come changes the part before that in hand: cut elsewhere, parts whose rows are left out would send others. */
  #isCertain(): boolean {
    return this.#leavesOut() || this.#cutAt !== undefined || this.#packer.isPreviousCertain;
  }

  /** The rows have ended. False when the last two parts are to be made again. */
  async #finishTail(): Promise<boolean> {
    if (!this.#draft) return true;
    const before = this.#held;
    const tail: Tail = this.#isCertain() ? { kind: 'keep' } : this.#packer.end();
    if (tail.kind === 'keep' || !before) {
      await this.#emit();
      this.#hold(this.#end());
      await this.#emit();
      return true;
    }
    await before.abort();
    await this.#draft.abort();
    this.#held = this.#draft = undefined;
    const columns = this.#reader.columns;
    await this.#reader.close();
    this.#reader = await this.#options.openRows({ ...before.draft.from, columns });
    this.#encoder = this.#newEncoder(this.#reader);
    this.#packer.again(tail);
    this.#part--;
    this.#rejected -= before.draft.rejected;
    return false;
  }
}

function smaller(a: Fill, b: Fill): Fill {
  return { records: Math.min(a.records, b.records), bytes: Math.min(a.bytes, b.bytes) };
}

function place(position: ReadPosition): Place {
  const { source, byte, line, ordinal } = position;
  return { ...(source !== undefined && { source }), byte, line, ordinal };
}
