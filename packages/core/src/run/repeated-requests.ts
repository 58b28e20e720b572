import { InputError, InvariantError } from '../errors/index.ts';
import type { CallOptions, ReadPosition, RowReader } from '../ports/index.ts';
import {
  createRecordEncoder,
  NEEDS_SPACE,
  type OutputBlock,
  type RecordEncoder,
  RejectReason,
  type RowBatch,
} from '../record/index.ts';
import { DiskSorter } from './disk-sorter.ts';
import type { RunDocument } from './document.ts';
import { type AskedBefore, MOST_PART_ROWS } from './known-requests.ts';
import type { RunPorts } from './ports.ts';
import { RequestSorter } from './request-sorter.ts';
import { NUMBER_BYTES, numberAt, putNumber, type SortedItems } from './sorted-items.ts';
import { checkCancelled } from './tolerance.ts';

export interface RepeatsInput extends CallOptions {
  readonly document: RunDocument;
  readonly openRows: (from?: ReadPosition) => Promise<RowReader>;
}

/** Of an item: the row that is not sent, and the one that asks for the same. */
const ITEM_BYTES = 2 * NUMBER_BYTES;
const FIRST_BLOCK_BYTES = 1 << 16;

/**
 * The rows of a whole dataset that ask for what a row before them asks for, in their order. Which they are does not depend on how
 * the dataset is cut, nor on where preparing goes on. Memory is bounded by constants; what does not fit is on disk. `close` it.
 */
export class RepeatedRequests implements AskedBefore {
  readonly #sorter: DiskSorter;
  #items: SortedItems | undefined;
  /** Items at hand, and the first of them that is not looked at. */
  #count = 0;
  #at = 0;
  /** Of the rows that are reached: which is the same as which. */
  readonly #rows = new Map<number, number>();

  /** Undefined for a run that does not compare all of its rows. Else reads the dataset once. */
  static async of(
    ports: Pick<RunPorts, 'digest' | 'scratch' | 'families'>,
    input: RepeatsInput,
  ): Promise<RepeatedRequests | undefined> {
    if (input.document.dedupe !== 'run') return undefined;
    if (input.document.cache === true) {
      throw new InputError(
        'BR-E0112',
        '--dedupe run and --cache exclude each other: which rows have answers may change meanwhile',
        {
          hint: 'take --dedupe part beside --cache',
        },
      );
    }
    const requests = new RequestSorter(ports, input.document);
    try {
      await readRequests(ports, requests, input);
      const found = new RepeatedRequests(new DiskSorter(ports.scratch, { itemBytes: ITEM_BYTES }));
      await found.#take(requests).catch(async (error: unknown) => {
        await found.close();
        throw error;
      });
      return found;
    } finally {
      await requests.close();
    }
  }

  private constructor(sorter: DiskSorter) {
    this.#sorter = sorter;
  }

  async reach(from: number, to: number): Promise<void> {
    this.#rows.clear();
    const items = this.#items;
    while (items !== undefined) {
      if (this.#at === this.#count) {
        this.#count = await items.read();
        this.#at = 0;
        if (this.#count === 0) return;
      }
      const row = numberAt(items.block, this.#at * ITEM_BYTES);
      if (row >= to) return;
      if (row >= from) this.#rows.set(row, numberAt(items.block, this.#at * ITEM_BYTES + NUMBER_BYTES));
      this.#at += 1;
    }
  }

  find(_batch: unknown, _row: unknown, _record: unknown, ordinal: number): number {
    return this.#rows.get(ordinal) ?? -1;
  }

  add(): void {}

  clear(): void {}

  isFull(rows: number): boolean {
    return rows >= MOST_PART_ROWS;
  }

  /** Gives its space back. Safe at any time. */
  close(): Promise<void> {
    return this.#sorter.close();
  }

  async #take(requests: RequestSorter): Promise<void> {
    const item = new Uint8Array(ITEM_BYTES);
    await requests.eachRepeat((row, of) => {
      putNumber(item, 0, row);
      putNumber(item, NUMBER_BYTES, of);
      return this.#sorter.add(item);
    });
    this.#items = await this.#sorter.sorted();
  }
}

/** Encodes all rows that may go into the parts of the run, and keeps the keys of their requests. */
async function readRequests(
  ports: Pick<RunPorts, 'families'>,
  requests: RequestSorter,
  { document, openRows, signal }: RepeatsInput,
): Promise<void> {
  const { model, request, recordPrefix } = document;
  const { maxRecordBytes } = model.limits;
  const family = await ports.families.of(model);
  const most = MOST_PART_ROWS * (document.maxParts ?? Number.POSITIVE_INFINITY);
  const reader = await openRows();
  try {
    const spec = { family, traits: model.traits, request, recordPrefix, maxRecordBytes };
    const encoder = createRecordEncoder(spec, reader.columns);
    const block: OutputBlock = { bytes: new Uint8Array(FIRST_BLOCK_BYTES), length: 0 };
    let { ordinal } = reader.position;
    for (let batch = await reader.next(); batch !== undefined && ordinal < most; batch = await reader.next()) {
      checkCancelled(signal);
      for (let row = 0; row < batch.count; row++, ordinal++) {
        if (!encodeAlone(encoder, batch, row, { ordinal, block, maxRecordBytes })) continue;
        const full = requests.add(batch, row, { bytes: block.bytes, start: 0, end: block.length }, ordinal);
        if (full !== undefined) await full;
      }
    }
  } finally {
    await reader.close();
  }
}

interface AloneOptions {
  readonly ordinal: number;
  readonly block: OutputBlock;
  readonly maxRecordBytes: number;
}

/** Encodes one row as all there is in a block, which grows with what it has to take. False: the row cannot be sent. */
function encodeAlone(encoder: RecordEncoder, batch: RowBatch, row: number, o: AloneOptions): boolean {
  const { ordinal, block, maxRecordBytes } = o;
  for (;;) {
    block.length = 0;
    const result = encoder.encode(batch, row, ordinal, block);
    if (result !== NEEDS_SPACE) return result === RejectReason.none;
    if (block.bytes.length >= maxRecordBytes) {
      throw new InvariantError(`a record of row ${ordinal} does not fit into ${maxRecordBytes} bytes`);
    }
    block.bytes = new Uint8Array(Math.min(maxRecordBytes, 2 * block.bytes.length));
  }
}
