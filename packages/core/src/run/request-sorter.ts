import type { Digest, Scratch } from '../ports/index.ts';
import type { RowBatch } from '../record/index.ts';
import { DiskSorter, type DiskSorterOptions } from './disk-sorter.ts';
import { type AskedRequests, hasChoices, type RecordBytes, RequestKey } from './request-key.ts';
import { compareItems, NUMBER_BYTES, numberAt, putNumber } from './sorted-items.ts';

/** Of an item: the hash of a request, which of several choices it is of, and then the row. */
const CHOICE_AT = 32;
const ROW_AT = CHOICE_AT + NUMBER_BYTES;
const ITEM_BYTES = ROW_AT + NUMBER_BYTES;

/** Finds the rows of a dataset that ask for the same, in bounded memory: 44 bytes a row are sorted on disk. `close` it. */
export class RequestSorter {
  readonly #request: RequestKey;
  readonly #sorter: DiskSorter;
  readonly #item = new Uint8Array(ITEM_BYTES);

  constructor(
    ports: { readonly digest: Pick<Digest, 'sha256'>; readonly scratch: Scratch },
    asked: AskedRequests,
    options: Pick<DiskSorterOptions, 'budgetBytes'> = {},
  ) {
    this.#request = new RequestKey(ports.digest, hasChoices(asked));
    this.#sorter = new DiskSorter(ports.scratch, { itemBytes: ITEM_BYTES, ...options });
  }

  /** Takes a row by its record; a promise, to be awaited before the next one, where there is to be waited. */
  add(batch: RowBatch, row: number, record: RecordBytes, ordinal: number): Promise<void> | undefined {
    const item = this.#item;
    this.#request.read(batch, row, record);
    item.set(this.#request.hash);
    putNumber(item, CHOICE_AT, this.#request.choice);
    putNumber(item, ROW_AT, ordinal);
    return this.#sorter.add(item);
  }

  /** Calls, once all rows are added, for each row that asks for what one before it asks for: with it and the first of those. */
  async eachRepeat(take: (row: number, of: number) => Promise<void> | undefined): Promise<void> {
    const items = await this.#sorter.sorted();
    const first = new Uint8Array(ITEM_BYTES);
    let isFirst = true;
    for (let count = await items.read(); count > 0; count = await items.read()) {
      for (let at = 0; at < count * ITEM_BYTES; at += ITEM_BYTES) {
        // of one request the rows rise, since they stand behind its key
        if (isFirst || compareItems(items.block, at, first, 0, ROW_AT) !== 0) {
          first.set(items.block.subarray(at, at + ITEM_BYTES));
          isFirst = false;
          continue;
        }
        const full = take(numberAt(items.block, at + ROW_AT), numberAt(first, ROW_AT));
        if (full !== undefined) await full;
      }
    }
  }

  /** Gives its space back. Safe at any time. */
  close(): Promise<void> {
    return this.#sorter.close();
  }
}
