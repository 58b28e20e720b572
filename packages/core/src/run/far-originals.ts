import { invariant } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { emptyOutcomeSpans, type OutcomeSpans, readOutcome } from '../record/index.ts';
import { DiskSorter } from './disk-sorter.ts';
import { eachDuplicate } from './each-duplicate.ts';
import { type HeldLine, LinesAside } from './lines-aside.ts';
import { type MergeInput, OutcomeMerge } from './outcome-merge.ts';
import type { RunPorts } from './ports.ts';
import { NUMBER_BYTES, numberAt, putNumber, type SortedItems } from './sorted-items.ts';

type Ports = Pick<RunPorts, 'objects' | 'scratch'>;

export interface FarOriginalsInput extends MergeInput {
  /** Most bytes of outcomes held at once. Default 16 MiB. */
  readonly budgetBytes?: number;
  /** Fewest duplicates that share a temporary file. Default 16,384. */
  readonly fileDuplicates?: number;
}

const BUDGET_BYTES = 16 << 20;
/** Most duplicates whose originals are held at once, however short their outcomes. */
const MOST_DUPLICATES = 1 << 16;
const FILE_DUPLICATES = 1 << 14;
/** Temporary files at once, each of which has what a stretch of the duplicates needs: so little is read that is not. */
const MOST_FILES = 64;

/** Of an item: a row, and the row that it is the same as; or the other way round. */
const PAIR_BYTES = 2 * NUMBER_BYTES;
/** Of an item: a pair, and where the outcome is that both have: its first byte, and how many. */
const ENTRY_BYTES = PAIR_BYTES + 2 * NUMBER_BYTES;

/**
 * The outcomes of the rows that duplicates have theirs from, in whatever part these are. Ask for duplicates in the order of the
 * rows. In one pass over the outcomes of the run those that are wanted are put aside on disk; what is wanted next is held in
 * memory, which is bounded by constants. `close` it.
 */
export class FarOriginals {
  /** Of the row that was asked for; undefined while it is open. */
  outcome: OutcomeSpans | undefined;
  readonly #ports: Ports;
  readonly #input: FarOriginalsInput;
  readonly #spans = emptyOutcomeSpans();
  /** Which duplicates there are, in order, and where their outcomes are; undefined until they are looked for. */
  #entries: SortedItems | undefined;
  #count = 0;
  #at = 0;
  #sorter: DiskSorter | undefined;
  /** The lines that stretches of the duplicates need, and the first duplicate of each stretch. */
  readonly #asides: LinesAside[] = [];
  readonly #firsts: number[] = [];
  /** Memory for lines: the same again and again, since of what is let go much stays until garbage is collected. */
  #lines = new Uint8Array(0);
  /** The lines that are held, by their rows; an original without one is open. */
  #held: ReadonlyMap<number, HeldLine | undefined> = new Map();

  constructor(ports: Ports, input: FarOriginalsInput) {
    this.#ports = ports;
    this.#input = input;
  }

  /** Finds the outcome of the row that a duplicate is of; false when files have to be read first: `await fill(ordinal)`. */
  seek(of: number): boolean {
    const line = this.#held.get(of);
    if (line === undefined && !this.#held.has(of)) return false;
    this.outcome = line && this.#spans;
    if (line !== undefined) {
      invariant(readOutcome(line.bytes, line.start, line.end, this.#spans), `the outcome of row ${of} is damaged`);
    }
    return true;
  }

  /** Reads the outcomes for the duplicate `ordinal` and those behind it. */
  async fill(ordinal: number): Promise<void> {
    this.#entries ??= await this.#gather();
    const { budgetBytes = BUDGET_BYTES } = this.#input;
    const wanted = new Map<number, { readonly at: number; readonly size: number }>();
    let bytes = 0;
    let stretch = -1;
    for (let taken = 0; taken < MOST_DUPLICATES && (await this.#hasEntry()); this.#at++) {
      const entry = this.#at * ENTRY_BYTES;
      const { block } = this.#entries;
      const row = numberAt(block, entry);
      // duplicates before it had their outcomes from what was held
      if (row < ordinal) continue;
      if (stretch < 0) invariant(row === ordinal, `row ${ordinal} is no duplicate of run ${this.#input.run}`);
      const its = this.#stretchOf(row);
      if (stretch >= 0 && its !== stretch) break;
      stretch = its;
      const of = numberAt(block, entry + NUMBER_BYTES);
      taken += 1;
      if (wanted.has(of)) continue;
      const size = numberAt(block, entry + PAIR_BYTES + NUMBER_BYTES);
      if (bytes + size > budgetBytes && wanted.size > 0) break;
      bytes += size;
      wanted.set(of, { at: numberAt(block, entry + PAIR_BYTES), size });
    }
    const aside = this.#asides[stretch];
    invariant(aside !== undefined, `row ${ordinal} is behind the duplicates of run ${this.#input.run}`);
    if (this.#lines.length < bytes) this.#lines = new Uint8Array(bytes);
    this.#held = await aside.read(wanted, this.#lines);
  }

  /** Gives its space back. Safe at any time. */
  async close(): Promise<void> {
    const sorter = this.#sorter;
    this.#sorter = undefined;
    await sorter?.close();
    for (const aside of this.#asides.splice(0)) await aside.close();
  }

  /** False behind the last. */
  async #hasEntry(): Promise<boolean> {
    if (this.#at === this.#count) {
      this.#count = (await this.#entries?.read()) ?? 0;
      this.#at = 0;
    }
    return this.#count > 0;
  }

  /** Puts the outcomes aside that duplicates in the wanted rows have, in the order of their own rows. */
  async #gather(): Promise<SortedItems> {
    const originals = new DiskSorter(this.#ports.scratch, { itemBytes: PAIR_BYTES });
    this.#sorter = new DiskSorter(this.#ports.scratch, { itemBytes: ENTRY_BYTES });
    try {
      await this.#addWanted(originals);
      for (const _ of this.#firsts) this.#asides.push(new LinesAside(await this.#ports.scratch.create()));
      await this.#putAside(await originals.sorted(), this.#sorter);
    } finally {
      await originals.close();
    }
    return this.#sorter.sorted();
  }

  async #addWanted(originals: DiskSorter): Promise<void> {
    const { parts, only, fileDuplicates = FILE_DUPLICATES, signal } = this.#input;
    const { from = 0, to = Number.POSITIVE_INFINITY } = only ?? {};
    const isWanted = ({ attempt, duplicates = 0, firstOrdinal, lastOrdinal }: PartBody) =>
      attempt === 1 && duplicates > 0 && firstOrdinal < to && lastOrdinal >= from;
    const wanted = parts.filter(isWanted).toSorted((a, b) => a.part - b.part);
    const most = wanted.reduce((sum, { duplicates = 0 }) => sum + duplicates, 0);
    const share = Math.max(fileDuplicates, Math.ceil(most / MOST_FILES));
    const pair = new Uint8Array(PAIR_BYTES);
    let count = 0;
    const take = (row: number, of: number): Promise<void> | undefined => {
      if (row < from || row >= to) return undefined;
      if (count++ % share === 0) this.#firsts.push(row);
      putNumber(pair, 0, of);
      putNumber(pair, NUMBER_BYTES, row);
      return originals.add(pair);
    };
    for (const part of wanted) await eachDuplicate(this.#ports, part, take, { signal });
  }

  /** The stretch of the duplicates that a row is in. */
  #stretchOf(row: number): number {
    const firsts = this.#firsts;
    let low = 0;
    let high = firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (firsts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  async #putAside(pairs: SortedItems, entries: DiskSorter): Promise<void> {
    const { only: _, ...all } = this.#input;
    const merge = new OutcomeMerge(this.#ports, all);
    const entry = new Uint8Array(ENTRY_BYTES);
    let last = -1;
    let stretch = -1;
    try {
      for (let count = await pairs.read(); count > 0; count = await pairs.read()) {
        for (let at = 0; at < count * PAIR_BYTES; at += PAIR_BYTES) {
          const of = numberAt(pairs.block, at);
          if (of !== last) {
            while (!merge.seek(of)) await merge.fill();
            const { outcome } = merge;
            const size = outcome === undefined ? 0 : outcome.end - outcome.start;
            putNumber(entry, PAIR_BYTES + NUMBER_BYTES, size);
            putNumber(entry, NUMBER_BYTES, of);
            last = of;
            stretch = -1;
          }
          const row = numberAt(pairs.block, at + NUMBER_BYTES);
          const its = this.#stretchOf(row);
          if (its !== stretch) putNumber(entry, PAIR_BYTES, await this.#put(its, merge.outcome));
          stretch = its;
          putNumber(entry, 0, row);
          const full = entries.add(entry);
          if (full !== undefined) await full;
        }
      }
      for (const aside of this.#asides) await aside.end();
    } finally {
      await merge.close();
    }
  }

  /** Where the line is among those of a stretch; 0 for none. */
  async #put(stretch: number, outcome: OutcomeSpans | undefined): Promise<number> {
    if (outcome === undefined) return 0;
    return this.#asides[stretch]!.put(outcome.bytes, outcome.start, outcome.end);
  }
}
