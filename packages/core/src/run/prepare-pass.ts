import type { PartFacts, Place } from '../job/index.ts';
import type { Family } from '../model/index.ts';
import { Packer, type Tail } from '../pack/index.ts';
import type { ReadPosition, RowReader } from '../ports/index.ts';
import type { RowBatch } from '../record/index.ts';
import type { CachedRows } from './cached-rows.ts';
import type { RunDocument } from './document.ts';
import type { AskedBefore } from './known-requests.ts';
import { OpenParts } from './open-parts.ts';
import type { UnsentRow } from './part-draft.ts';
import { placeOf } from './place-of.ts';
import type { RunPorts } from './ports.ts';
import { RowEncoding } from './row-encoding.ts';
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

/**
 * One streaming pass over a dataset, from the first row of a part: rows become records, records parts. Nothing in it is made
 * for a row or awaited for one; what cannot be sent is written beside its part.
 */
export class PreparePass {
  readonly #options: PreparePassOptions;
  readonly #parts: OpenParts;
  readonly #packer: Packer;
  readonly #rows: RowEncoding;
  #reader: RowReader;
  #toldRows = 0;
  /** The first row that is left out, because no more parts may be made. */
  #cutAt: Place | undefined;

  constructor(
    ports: RunPorts,
    reader: RowReader,
    begin: { readonly part: number; readonly rejected: number },
    options: PreparePassOptions,
  ) {
    this.#options = options;
    this.#reader = reader;
    const { document } = options;
    this.#packer = new Packer({ ...document.model.limits, partRecords: document.partRecords });
    this.#rows = new RowEncoding(ports, this.#packer, reader, options);
    this.#parts = new OpenParts(ports, begin, { ...options, cached: this.#rows.cached });
  }

  /** Reads to the end. `isCut`: the parts that may be made are full, and the rows from `end` on are left out. */
  async run(): Promise<{ readonly end: Place; readonly columns: readonly string[]; readonly isCut: boolean }> {
    try {
      for (;;) {
        if (!this.#parts.isFull) await this.#readRows();
        if (await this.#finishTail())
          return { end: this.#end(), columns: this.#reader.columns, isCut: this.#cutAt !== undefined };
      }
    } catch (error) {
      await this.#parts.abort();
      throw error;
    } finally {
      await this.#reader.close();
    }
  }

  /** The place behind the last row of the run. */
  #end(): Place {
    return this.#cutAt ?? place(this.#reader.position);
  }

  async #readRows(): Promise<void> {
    const { signal } = this.#options;
    this.#rows.ordinal = this.#reader.position.ordinal;
    for (let batch = await this.#reader.next(); batch; batch = await this.#reader.next()) {
      checkCancelled(signal);
      const first = placeOf(batch, 0, this.#rows.ordinal);
      (await this.#parts.openAt(first)).enter(first);
      await this.#rows.reach(batch.count);
      await this.#encodeBatch(batch);
      // its objects become visible while the rows of the next one go by
      if (this.#isCertain()) this.#parts.publishHeld();
      this.#tell(this.#parts.rejected);
      if (this.#cutAt) return;
    }
  }

  /** Rows that are read once more were told before. */
  #tell(rejected: number): void {
    if (this.#rows.ordinal <= this.#toldRows) return;
    this.#toldRows = this.#rows.ordinal;
    const bytes = this.#reader.bytesRead ?? this.#reader.position.byte;
    this.#options.onProgress?.({ rows: this.#rows.ordinal, rejected, bytes, parts: this.#parts.count });
  }

  async #encodeBatch(batch: RowBatch): Promise<void> {
    let kept = 0;
    let row = 0;
    const unsent: UnsentRow[] = [];
    while (row < batch.count) {
      const end = this.#rows.cached === undefined ? batch.count : await this.#look(this.#rows.cached, batch, row, unsent);
      row = this.#rows.encodeRun(this.#parts.current, { batch, first: row, end }, unsent);
      if (row === end) continue;
      let size = this.#rows.isLong(this.#parts.current) ? -1 : this.#rows.encodeSpare(batch, row, unsent);
      if (size < 0 || (size > 0 && !this.#packer.fits(size))) {
        await this.#parts.current.leaveOut(unsent.splice(0));
        await this.#parts.current.keepRows(batch, kept, row);
        kept = row;
        const at = placeOf(batch, row, this.#rows.ordinal);
        if (this.#parts.isLast) {
          this.#cutAt = at;
          return;
        }
        await this.#cut(at);
        if (size < 0 && this.#rows.cached !== undefined) await this.#look(this.#rows.cached, batch, row, unsent);
        if (size < 0) size = this.#rows.encodeSpare(batch, row, unsent);
      }
      if (size > 0) await this.#rows.takeSpare(this.#parts.current, size);
      row++;
      this.#rows.ordinal++;
    }
    await this.#parts.current.leaveOut(unsent);
    await this.#parts.current.keepRows(batch, kept, batch.count);
  }

  /** Those that were found before are written first. */
  async #look(cached: CachedRows, batch: RowBatch, row: number, unsent: UnsentRow[]): Promise<number> {
    await this.#parts.current.leaveOut(unsent.splice(0));
    return this.#rows.look(cached, batch, row);
  }

  /** The part in hand is full, and the next one begins at this row. */
  async #cut(at: Place): Promise<void> {
    await this.#parts.cut(at, this.#reader.columns);
    this.#packer.cut();
    this.#rows.beginPart();
  }

  /** No row that may come changes the part before that in hand: cut elsewhere, parts whose rows are left out would send others. */
  #isCertain(): boolean {
    return this.#rows.leavesOut || this.#cutAt !== undefined || this.#packer.isPreviousCertain;
  }

  /** The rows have ended. False when the last two parts are to be made again. */
  async #finishTail(): Promise<boolean> {
    const { columns } = this.#reader;
    if (!this.#parts.isOpen) return true;
    const tail: Tail = this.#isCertain() ? { kind: 'keep' } : this.#packer.end();
    if (tail.kind === 'keep' || !this.#parts.holdsAnother) {
      await this.#parts.end(this.#end(), columns);
      return true;
    }
    const from = await this.#parts.giveUpTwo();
    await this.#reader.close();
    this.#reader = await this.#options.openRows({ ...from, columns });
    this.#rows.readFrom(this.#reader);
    this.#packer.again(tail);
    return false;
  }
}

function place(position: ReadPosition): Place {
  const { source, byte, line, ordinal } = position;
  return { ...(source !== undefined && { source }), byte, line, ordinal };
}
