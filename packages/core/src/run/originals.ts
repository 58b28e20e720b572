import { invariant } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { emptyOutcomeSpans, type OutcomeSpans, readOutcome } from '../record/index.ts';
import { eachDuplicate } from './each-duplicate.ts';
import { type MergeInput, OutcomeMerge } from './outcome-merge.ts';
import type { RunPorts } from './ports.ts';

type Ports = Pick<RunPorts, 'objects'>;

/** What `Originals` looks at. */
export interface OriginalsInput extends MergeInput {
  /** The part of the first attempt whose rows are asked for. */
  readonly part: PartBody;
  /** Most bytes of outcomes held at once. Default 16 MiB. */
  readonly budgetBytes?: number;
}

const BUDGET_BYTES = 16 << 20;
const FIRST_BYTES = 1 << 16;

/**
 * The outcomes of the rows that the duplicates of a part have theirs from. Ask for duplicates in the order of the rows, from any of
 * them on. Held are the outcomes for as many of those that come next as there is memory for; then the part's outcomes are read again.
 */
export class Originals {
  /** Of the row that was asked for; undefined while it is open. */
  outcome: OutcomeSpans | undefined;
  readonly #ports: Ports;
  readonly #input: OriginalsInput;
  readonly #spans = emptyOutcomeSpans();
  /** The duplicates and the rows that they are of, in their order; undefined until they are read. */
  #ordinals: Float64Array | undefined;
  #of: Float64Array = new Float64Array(0);
  /** Where the lines are that are held; an original without one is open. */
  readonly #places = new Map<number, Place | undefined>();
  #held: Uint8Array = new Uint8Array(FIRST_BYTES);
  /** Bytes of lines, once all were too many to be held. */
  #sizes: Map<number, number> | undefined;

  constructor(ports: Ports, input: OriginalsInput) {
    this.#ports = ports;
    this.#input = input;
  }

  /** Finds the outcome of the row that a duplicate is of; false when files have to be read first: `await fill(ordinal)`. */
  seek(of: number): boolean {
    if (!this.#places.has(of)) return false;
    const place = this.#places.get(of);
    this.outcome = place === undefined ? undefined : this.#spans;
    if (place !== undefined) {
      invariant(readOutcome(this.#held, place.start, place.end, this.#spans), `the outcome of row ${of} is damaged`);
    }
    return true;
  }

  /** Reads the outcomes for the duplicate `ordinal` and those behind it. */
  async fill(ordinal: number): Promise<void> {
    this.#ordinals ??= await this.#readDuplicates();
    const first = this.#ordinals.indexOf(ordinal);
    invariant(first >= 0, `row ${ordinal} is no duplicate of part ${this.#input.part.part}`);
    if (this.#sizes === undefined && (await this.#read(this.#wanted(first)))) return;
    // measured now: as many as there is memory for
    await this.#read(this.#wanted(first));
  }

  async #readDuplicates(): Promise<Float64Array> {
    const { part, signal } = this.#input;
    const count = part.duplicates ?? 0;
    const ordinals = new Float64Array(count);
    this.#of = new Float64Array(count);
    let at = 0;
    const take = (ordinal: number, of: number): void => {
      ordinals[at] = ordinal;
      this.#of[at++] = of;
    };
    await eachDuplicate(this.#ports, part, take, { signal });
    invariant(at === count, `part ${part.part} has ${at} duplicates in its file, ${count} in the ledger`);
    return ordinals;
  }

  /** The rows that the next duplicates are of, in their order: as many as there is memory for, where their sizes are known. */
  #wanted(first: number): readonly number[] {
    const { only, budgetBytes = BUDGET_BYTES } = this.#input;
    const wanted = new Set<number>();
    let bytes = 0;
    for (let i = first; i < this.#of.length && this.#ordinals![i]! < (only?.to ?? Number.POSITIVE_INFINITY); i++) {
      const of = this.#of[i]!;
      if (wanted.has(of)) continue;
      bytes += this.#sizes?.get(of) ?? 0;
      if (bytes > budgetBytes && wanted.size > 0) break;
      wanted.add(of);
    }
    return [...wanted].sort((a, b) => a - b);
  }

  /** Holds the outcomes of these rows; false, and none held but their sizes known, when they are too many. */
  async #read(rows: readonly number[]): Promise<boolean> {
    const { part, budgetBytes = BUDGET_BYTES } = this.#input;
    const only = { from: part.firstOrdinal, to: part.lastOrdinal + 1 };
    const merge = new OutcomeMerge(this.#ports, { ...this.#input, only });
    const sizes = this.#sizes === undefined ? new Map<number, number>() : undefined;
    let length = 0;
    this.#places.clear();
    try {
      for (const row of rows) {
        while (!merge.seek(row)) await merge.fill();
        const { outcome } = merge;
        const size = outcome === undefined ? 0 : outcome.end - outcome.start;
        sizes?.set(row, size);
        const isHeld = sizes === undefined || length + size <= budgetBytes;
        if (outcome !== undefined && isHeld) this.#hold(outcome, length, size);
        if (isHeld) this.#places.set(row, outcome && { start: length, end: length + size });
        length += size;
      }
    } finally {
      await merge.close();
    }
    if (sizes === undefined || length <= budgetBytes) return true;
    this.#sizes = sizes;
    return false;
  }

  #hold({ bytes, start, end }: OutcomeSpans, at: number, size: number): void {
    if (at + size > this.#held.length) {
      const larger = new Uint8Array(Math.max(at + size, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, at));
      this.#held = larger;
    }
    this.#held.set(bytes.subarray(start, end), at);
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** The originals of a part; undefined for one without duplicates. */
export function originalsOf(ports: Ports, input: OriginalsInput): Originals | undefined {
  return (input.part.duplicates ?? 0) > 0 ? new Originals(ports, input) : undefined;
}
