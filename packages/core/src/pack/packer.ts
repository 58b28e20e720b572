import type { Fill, PackLimits } from './limits.ts';
import { settleTail, type Tail } from './tail.ts';

/**
 * Cuts a stream of records into parts, in order, without knowing how many will come. A part is closed when the next record
 * does not go into it; the part before the one in hand is held back until that one is closed or the stream ends, because a
 * tail below the service's minimum is balanced with it:
 *
 * take … take(new part) … end() ── keep ──▶ done
 *                           └── merge, split ──▶ again(tail), and every record from the first of `previous` once more
 */
export class Packer {
  readonly #limits: PackLimits;
  #previous: Fill | undefined;
  #records = 0;
  #bytes = 0;
  /** Where the part in hand is closed, and those after it. */
  #target: number;
  #laterTargets: number[] = [];
  #isBalanced = false;

  constructor(limits: PackLimits) {
    this.#limits = limits;
    this.#target = Math.min(limits.partRecords, limits.maxRecords);
  }

  /** The part in hand. */
  get current(): Fill {
    return { records: this.#records, bytes: this.#bytes };
  }

  /** True when a record of so many bytes goes into the part in hand. */
  fits(bytes: number): boolean {
    if (this.#records >= this.#target) return false;
    return this.#records === 0 || this.#bytes + bytes <= this.#limits.maxJobBytes;
  }

  /** Records that go into the part in hand, of so many bytes together. Its first record goes there whatever its size. */
  get room(): Fill {
    return { records: Math.max(0, this.#target - this.#records), bytes: Math.max(0, this.#limits.maxJobBytes - this.#bytes) };
  }

  /** Counts a record that fits, or several of so many bytes together. */
  take(bytes: number, records = 1): void {
    this.#records += records;
    this.#bytes += bytes;
  }

  /** Closes the part in hand; the next record begins another. */
  cut(): void {
    this.#previous = this.current;
    this.#records = 0;
    this.#bytes = 0;
    this.#target = this.#laterTargets.shift() ?? Math.min(this.#limits.partRecords, this.#limits.maxRecords);
  }

  /** Whatever comes, the part before the one in hand stays as it is. */
  get isPreviousCertain(): boolean {
    return this.#isBalanced || this.#records >= this.#limits.minRecords;
  }

  /** No more records come: what becomes of the part in hand and the one before it. */
  end(): Tail {
    if (this.#isBalanced || this.#previous === undefined) return { kind: 'keep' };
    return settleTail(this.#previous, this.current, this.#limits);
  }

  /** Goes back to the first record of the part before the one in hand. */
  again(tail: Tail): void {
    if (tail.kind === 'keep' || this.#previous === undefined) return;
    const most = this.#limits.maxRecords;
    this.#target = tail.kind === 'merge' ? most : tail.first;
    this.#laterTargets = tail.kind === 'merge' ? [] : [most];
    this.#isBalanced = true;
    this.#previous = undefined;
    this.#records = 0;
    this.#bytes = 0;
  }
}
