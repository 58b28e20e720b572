import type { Fault } from './thrift-reader.ts';

/** Bytes of the pages and dictionaries of all columns that are decoded at a time. */
const MAX_HELD_BYTES = 512 << 20;

/** What all columns of a file hold together: each may have a large page, but not all of them. */
export class PageBudget {
  #held = 0;

  /** Counts `bytes` that take the place of `before`; throws where all columns together would hold too much. */
  replace(before: number, bytes: number, fault: Fault): void {
    this.#held += bytes - before;
    if (this.#held <= MAX_HELD_BYTES) return;
    this.#held -= bytes - before;
    throw fault(
      `its page of ${bytes} bytes and those of other columns are more than ${MAX_HELD_BYTES} together; write smaller pages`,
    );
  }
}
