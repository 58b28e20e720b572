import { invariant } from '../errors/index.ts';
import type { PartBody, PartFacts } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { type OutcomeSpans, OutcomeStatus } from '../record/index.ts';
import { GaveUp } from './gave-up.ts';
import { objectKeys } from './keys.ts';
import { OutcomeLines, type OutcomeObject } from './outcome-lines.ts';
import { InputLines } from './part-files.ts';
import type { RunPorts } from './ports.ts';
import { inRowOrder } from './row-order.ts';

export interface MergeInput extends CallOptions {
  readonly run: string;
  /** The newest generation. */
  readonly attempt: number;
  /** Nothing is sent again any more: what is missing or retryable has failed. */
  readonly isOver: boolean;
  /** Parts of all generations that are to be looked at. */
  readonly parts: readonly PartBody[];
  /** Only parts with rows from `from` on and before `to`; default all of them. */
  readonly only?: { readonly from: number; readonly to: number };
}

/** Lines of one generation, of parts in the order of their rows: what came back, or what is still under way. */
interface Stream {
  readonly attempt: number;
  readonly gaveUp: GaveUp;
  /** Undefined: these records are under way. */
  readonly outcomes: OutcomeLines | undefined;
  readonly underWay: InputLines | undefined;
  /** Of the line at hand; -1 before the first, infinite behind the last. */
  ordinal: number;
}

/**
 * What became of each row over all generations: the first success, else what its latest attempt says; of a duplicate, whose
 * outcome it has. Ask for rows in rising order. The files of a generation, one after another, are sorted by row, in one sequence
 * or a few of them, so this is one pass in constant memory.
 */
export class OutcomeMerge {
  /** What became of the row; undefined while it is open. A missing record of a run that has ended is a failure. */
  outcome: OutcomeSpans | undefined;
  /** The attempt that the outcome is of; 0 for a row that was never sent. */
  attempt = 0;
  readonly #isOver: boolean;
  readonly #streams: readonly Stream[];
  #hungry: Stream | undefined;

  constructor(ports: Pick<RunPorts, 'objects'>, input: MergeInput) {
    this.#isOver = input.isOver;
    const sorted = input.parts
      .filter(({ firstOrdinal, lastOrdinal }) => isIn(input.only, firstOrdinal, lastOrdinal))
      .toSorted((a, b) => a.attempt - b.attempt || a.part - b.part);
    this.#streams = streamsOf(ports, input, sorted);
  }

  /** Finds the outcome of a row; false when a file has to be read on first: `await fill()` and ask again. */
  seek(ordinal: number): boolean {
    for (const stream of this.#streams) {
      if (stream.ordinal < ordinal && !advance(stream, ordinal)) {
        this.#hungry = stream;
        return false;
      }
    }
    this.#choose(ordinal);
    return true;
  }

  async fill(): Promise<void> {
    const stream = this.#hungry;
    invariant(stream !== undefined, 'nothing has to be read');
    const lines = stream.outcomes ?? stream.underWay;
    if (lines === undefined || !(await lines.fill())) stream.ordinal = Number.POSITIVE_INFINITY;
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) await (stream.outcomes ?? stream.underWay)?.close();
  }

  #choose(ordinal: number): void {
    this.outcome = undefined;
    let last: Stream | undefined;
    for (const stream of this.#streams) {
      if (stream.ordinal !== ordinal) continue;
      last = stream;
      this.attempt = stream.attempt;
      this.outcome = stream.outcomes?.spans;
      if (this.outcome?.status === OutcomeStatus.succeeded) return;
    }
    const found = this.outcome;
    if (last === undefined || found === undefined) return;
    const isOpen = found.status === OutcomeStatus.missing || (found.status === OutcomeStatus.failed && found.retry);
    if (isOpen && !this.#isOver) this.outcome = undefined;
    else if (found.status === OutcomeStatus.missing) this.outcome = last.gaveUp.of(ordinal);
  }
}

/** False when the lines in memory end before the row. */
function advance(stream: Stream, ordinal: number): boolean {
  if (stream.outcomes !== undefined) {
    while (stream.ordinal < ordinal) {
      if (!stream.outcomes.next()) return false;
      stream.ordinal = stream.outcomes.spans.ordinal;
    }
    return true;
  }
  while (stream.ordinal < ordinal) {
    if (stream.underWay === undefined || !stream.underWay.next()) return false;
    stream.ordinal = stream.underWay.ordinal;
  }
  return true;
}

function isIn(only: MergeInput['only'], first: number, last: number): boolean {
  return only === undefined || (first < only.to && last >= only.from);
}

/** `sorted`: the parts that are to be looked at, by attempt and number. */
function streamsOf(
  ports: Pick<RunPorts, 'objects'>,
  { run, attempt: newest, signal }: MergeInput,
  sorted: readonly PartBody[],
): Stream[] {
  const streams: Stream[] = [];
  const add = (attempt: number, parts: readonly PartBody[], objects: readonly OutcomeObject[] | undefined) => {
    if (parts.length === 0) return;
    const outcomes = objects && new OutcomeLines(ports, objects, { signal });
    const underWay = objects === undefined ? new InputLines(ports, parts, { signal }) : undefined;
    streams.push({ attempt, gaveUp: new GaveUp(parts), outcomes, underWay, ordinal: -1 });
  };
  const objectOf = (attempt: number, part: PartBody, sortedRuns?: readonly number[]) => ({
    key: objectKeys.outcomes(run, attempt, part.part),
    sortedRuns,
  });
  const unsent = sorted.filter((part) => part.attempt === 1 && hasUnsent(part));
  add(
    0,
    unsent,
    unsent.map((part) => objectOf(0, part)),
  );
  for (let attempt = 1; attempt <= newest; attempt++) {
    for (const own of inRowOrder(sorted.filter((part) => part.attempt === attempt && part.records > 0))) {
      const collected = own.filter((part) => part.state === 'collected');
      add(
        attempt,
        collected,
        collected.map((part) => objectOf(attempt, part, part.collected?.sortedRuns)),
      );
      // rows of the first attempt that are under way have no line anywhere, and that says it
      if (attempt === 1) continue;
      add(
        attempt,
        own.filter((part) => part.state !== 'collected'),
        undefined,
      );
    }
  }
  return streams;
}

/** True for a part of the first attempt with rows that were not sent: rejected ones, duplicates, or those with answers of other runs. */
export function hasUnsent({ rejected = 0, duplicates = 0, cached }: PartFacts): boolean {
  return rejected + duplicates + (cached?.rows ?? 0) > 0;
}
