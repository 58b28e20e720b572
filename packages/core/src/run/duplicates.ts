import { InvariantError } from '../errors/index.ts';
import type { DuplicateCounts, PartBody, PartFacts } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import type { Dedupe } from './document.ts';
import { eachDuplicate } from './each-duplicate.ts';
import { objectKeys } from './keys.ts';
import { OutcomeTally } from './outcome-counts.ts';
import { OutcomeLines } from './outcome-lines.ts';
import { readPartsDocument } from './parts-document.ts';
import type { RunPorts } from './ports.ts';
import { eachSharing } from './sharing-rows.ts';

type Ports = Pick<RunPorts, 'objects'>;

interface TallyOptions extends CallOptions {
  /** That of the run. */
  readonly dedupe: Dedupe | undefined;
}

/**
 * How many duplicates the records of a run have. Ask for records in rising order: what is known is that of one part of the first
 * attempt at a time.
 */
export class DuplicateTally {
  readonly #ports: Ports;
  readonly #parts: readonly PartFacts[];
  readonly #options: TallyOptions;
  #next = 0;
  /** The last row of the parts that were looked at. */
  #to = -1;
  readonly #counts = new Map<number, number>();

  /** `parts`: of any attempt, with all of the first that have records which are asked for. */
  constructor(ports: Ports, parts: readonly PartFacts[], options: TallyOptions) {
    this.#ports = ports;
    this.#options = options;
    const mayHave = ({ records, duplicates = 0 }: PartFacts) => (options.dedupe === 'run' ? records : duplicates) > 0;
    this.#parts = parts.filter((part) => part.attempt === 1 && mayHave(part)).toSorted((a, b) => a.part - b.part);
  }

  /** False when a file is to be read first: `await fill(ordinal)`. */
  knows(ordinal: number): boolean {
    return ordinal <= this.#to || this.#next === this.#parts.length;
  }

  async fill(ordinal: number): Promise<void> {
    while (!this.knows(ordinal)) {
      const part = this.#parts[this.#next++]!;
      this.#to = part.lastOrdinal;
      if (part.lastOrdinal < ordinal) continue;
      this.#counts.clear();
      await this.#count(part);
    }
  }

  /** Duplicates stand in the part of their record, unless all rows of a run are compared. */
  async #count(part: PartFacts): Promise<void> {
    const add = (of: number, rows: number): void => void this.#counts.set(of, rows + (this.#counts.get(of) ?? 0));
    if (this.#options.dedupe === 'run') await eachSharing(this.#ports, part, add, this.#options);
    else await eachDuplicate(this.#ports, part, (_, of) => add(of, 1), this.#options);
  }

  /** How many rows have the outcome of a record that is known. */
  of(ordinal: number): number {
    return this.#counts.get(ordinal) ?? 0;
  }
}

/** How the duplicates of a part's records came out, from its outcomes, which are written. The same whoever counts them. */
export async function countDuplicates(
  ports: Ports,
  { part, sortedRuns, ...o }: TallyOptions & { readonly part: PartBody; readonly sortedRuns?: readonly number[] | undefined },
): Promise<DuplicateCounts> {
  const tally = new DuplicateTally(ports, await firstPartsOf(ports, part, o), o);
  const key = objectKeys.outcomes(part.run, part.attempt, part.part);
  const lines = new OutcomeLines(ports, [{ key, ...(sortedRuns && { sortedRuns }) }], o);
  const counts = new OutcomeTally();
  try {
    while (await lines.fill()) {
      while (lines.next()) {
        const { ordinal } = lines.spans;
        if (!tally.knows(ordinal)) await tally.fill(ordinal);
        counts.add(lines.spans, tally.of(ordinal));
      }
    }
  } finally {
    await lines.close();
  }
  const { succeeded, failed, retryable, missing, truncated } = counts;
  return { succeeded, failed, retryable, missing, truncated };
}

/** The parts of the first attempt that have records of a part. */
async function firstPartsOf(ports: Ports, part: PartBody, o: CallOptions): Promise<readonly PartFacts[]> {
  if (part.attempt === 1) return [part];
  const parts = await readPartsDocument(ports, part.run, 1, o);
  if (parts === undefined)
    throw new InvariantError(`run ${part.run} has parts of attempt ${part.attempt}, and none of the first`);
  return parts.filter((each) => each.firstOrdinal <= part.lastOrdinal && each.lastOrdinal >= part.firstOrdinal);
}
