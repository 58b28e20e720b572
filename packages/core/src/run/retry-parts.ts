import { invariant } from '../errors/index.ts';
import type { PartBody, PartFacts } from '../job/index.ts';
import type { ModelLimits } from '../model/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { type OutcomeSpans, OutcomeStatus } from '../record/index.ts';
import type { RetrySelection, RunDocument } from './document.ts';
import { DuplicateTally } from './duplicates.ts';
import { OutcomeMerge } from './outcome-merge.ts';
import { InputLines } from './part-files.ts';
import { PartWriter } from './part-writer.ts';
import type { RunPorts } from './ports.ts';
import { isSelected } from './retry-selection.ts';

export interface RetryInput extends CallOptions {
  readonly document: RunDocument;
  /** The generation that is collected. */
  readonly attempt: number;
  /** Every part of every generation up to it. */
  readonly parts: readonly PartBody[];
  /** Absent: what is retryable or missing in that generation. Else: of what failed at last, in any of them. */
  readonly select?: RetrySelection;
}

/**
 * Pools the records that are to be sent again, in order of their rows, into the input of generation `attempt + 1`: their
 * lines are copied as they were sent. Parts differ by one record at most, and none is below the service's minimum but a
 * single one, which is padded. The same bytes whoever does it and however often. Empty: nothing is to be sent.
 */
export async function writeRetryParts(ports: RunPorts, input: RetryInput): Promise<readonly PartFacts[]> {
  let left = input.select === undefined ? knownCount(input) : await count(ports, input);
  const facts: PartFacts[] = [];
  if (left === 0) return facts;
  const { document, signal } = input;
  const chosen = new ChosenLines(ports, input);
  const tally = new DuplicateTally(ports, input.parts, { dedupe: document.dedupe, signal });
  let writer: PartWriter | undefined;
  let duplicates = 0;
  const finish = async (part: PartWriter): Promise<void> => {
    facts.push(await part.finish(duplicates > 0 ? { duplicates } : {}));
    duplicates = 0;
  };
  try {
    let target = 0;
    let partsLeft = partsFor(left, document);
    while (await chosen.fill()) {
      while (chosen.next()) {
        const { bytes, start, end, ordinal } = chosen.lines;
        if (writer !== undefined && !fits(writer, target, end + 1 - start, document.model.limits)) {
          await finish(writer);
          writer = undefined;
        }
        if (writer === undefined) {
          writer = new PartWriter(ports, { document, attempt: input.attempt + 1, part: facts.length, signal });
          // large records may have closed a part early: then there are more parts than were planned
          if (partsLeft === 0) partsLeft = partsFor(left, document);
          target = Math.ceil(left / partsLeft);
          partsLeft -= 1;
        }
        await writer.append(...withLineEnd(bytes, start, end), ordinal);
        if (!tally.knows(ordinal)) await tally.fill(ordinal);
        duplicates += tally.of(ordinal);
        left -= 1;
      }
    }
    if (writer !== undefined) await finish(writer);
    invariant(left === 0, `${left} records were counted for another attempt and not found`);
    return facts;
  } catch (error) {
    await writer?.abort();
    throw error;
  } finally {
    await chosen.close();
  }
}

/** Parts for so many records: of the frozen size at most, unless they would be below the service's minimum then. */
function partsFor(records: number, { partRecords, model }: RunDocument): number {
  const { minRecords, maxRecords } = model.limits;
  const wanted = Math.ceil(records / Math.min(partRecords, maxRecords));
  const allowed = Math.max(1, Math.floor(records / minRecords));
  return Math.max(Math.ceil(records / maxRecords), Math.min(wanted, allowed));
}

function fits(writer: PartWriter, target: number, bytes: number, limits: ModelLimits): boolean {
  return writer.records < target && writer.bytes + bytes <= limits.maxJobBytes;
}

/** The span with its line end: our own input files have one after each line, so it lies behind the line in the block. */
function withLineEnd(bytes: Uint8Array, start: number, end: number): [Uint8Array, number, number] {
  invariant(bytes[end] === 10, 'an input file ends in the middle of a line');
  return [bytes, start, end + 1];
}

function knownCount({ attempt, parts }: RetryInput): number {
  return parts.reduce((sum, part) => {
    if (part.attempt !== attempt || part.collected === undefined) return sum;
    return sum + part.collected.retryable + part.collected.missing;
  }, 0);
}

async function count(ports: RunPorts, input: RetryInput): Promise<number> {
  const chosen = new ChosenLines(ports, input);
  let found = 0;
  try {
    while (await chosen.fill()) while (chosen.next()) found += 1;
  } finally {
    await chosen.close();
  }
  return found;
}

/** Walks input lines and outcomes in lockstep, and stops at the lines that are to be sent again. */
class ChosenLines {
  readonly lines: InputLines;
  readonly #merge: OutcomeMerge;
  readonly #select: RetrySelection | undefined;
  #isWaiting = false;

  constructor(ports: RunPorts, { document, attempt, parts, select, signal }: RetryInput) {
    // every record has a line in the first generation; those of the newest alone are fewer to read
    const sources = parts.filter((part) => part.attempt === (select === undefined ? attempt : 1));
    const looked = select === undefined ? sources : parts;
    this.#select = select;
    this.lines = new InputLines(
      ports,
      sources.toSorted((a, b) => a.part - b.part),
      { signal },
    );
    this.#merge = new OutcomeMerge(ports, { run: document.run, attempt, isOver: true, parts: looked, signal });
  }

  /** Goes to the next line to be sent again; false: `await fill()`. */
  next(): boolean {
    for (;;) {
      if (!this.#isWaiting && !this.lines.next()) return false;
      this.#isWaiting = !this.#merge.seek(this.lines.ordinal);
      if (this.#isWaiting) return false;
      const { outcome } = this.#merge;
      if (outcome?.status === OutcomeStatus.failed && this.#isChosen(outcome)) return true;
    }
  }

  /** False at the end. */
  async fill(): Promise<boolean> {
    if (!this.#isWaiting) return this.lines.fill();
    await this.#merge.fill();
    return true;
  }

  async close(): Promise<void> {
    await this.lines.close();
    await this.#merge.close();
  }

  #isChosen(outcome: OutcomeSpans): boolean {
    if (this.#select === undefined) return outcome.retry;
    return isSelected(outcome, this.#select);
  }
}
