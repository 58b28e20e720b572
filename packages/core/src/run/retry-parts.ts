import { invariant } from '../errors/index.ts';
import type { PartBody, PartFacts } from '../job/index.ts';
import type { ModelLimits } from '../model/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { type OutcomeSpans, OutcomeStatus } from '../record/index.ts';
import type { RetrySelection, RunDocument } from './document.ts';
import { DuplicateTally } from './duplicates.ts';
import { type Lot, lotsOf } from './lots.ts';
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
  /** That of the run. */
  readonly maxAttempts: number;
  /** Absent: what is retryable or missing in that generation. Else: of what failed at last, in any of them. */
  readonly select?: RetrySelection;
}

/**
 * Writes the records that are to be sent again into the input of generation `attempt + 1`: their lines are copied as they were
 * sent, in order of their rows within each lot. Parts of a pool differ by one record at most, and none is below the service's
 * minimum but a single one, which is padded. The same bytes whoever does it and however often. Empty: nothing is to be sent.
 */
export async function writeRetryParts(ports: RunPorts, input: RetryInput): Promise<readonly PartFacts[]> {
  const facts: PartFacts[] = [];
  for (const lot of await lotsToSend(ports, input)) await writeLot(ports, input, { lot, facts });
  return facts;
}

async function lotsToSend(ports: RunPorts, input: RetryInput): Promise<readonly Lot[]> {
  const { attempt, parts, maxAttempts, select } = input;
  if (select === undefined) {
    return lotsOf(
      parts.filter((part) => part.attempt === attempt),
      maxAttempts,
    );
  }
  // every record has a line in the first generation
  const first = parts.filter((part) => part.attempt === 1).toSorted((a, b) => a.part - b.part);
  const records = await count(ports, input, first);
  return records === 0 ? [] : [{ parts: first, records, facts: {} }];
}

/** Adds the parts of a lot to those before them. */
async function writeLot(
  ports: RunPorts,
  input: RetryInput,
  { lot, facts }: { readonly lot: Lot; readonly facts: PartFacts[] },
): Promise<void> {
  const { document, signal } = input;
  const chosen = new ChosenLines(ports, input, lot);
  const tally = new DuplicateTally(ports, input.parts, { dedupe: document.dedupe, signal });
  let writer: PartWriter | undefined;
  let duplicates = 0;
  const finish = async (part: PartWriter): Promise<void> => {
    facts.push(await part.finish({ ...lot.facts, ...(duplicates > 0 && { duplicates }) }));
    duplicates = 0;
  };
  try {
    let left = lot.records;
    let target = 0;
    let partsLeft = lot.pieces ?? partsFor(left, document);
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

async function count(ports: RunPorts, input: RetryInput, parts: readonly PartBody[]): Promise<number> {
  const chosen = new ChosenLines(ports, input, { parts });
  let found = 0;
  try {
    while (await chosen.fill()) while (chosen.next()) found += 1;
  } finally {
    await chosen.close();
  }
  return found;
}

/** Walks the input lines of a lot and the outcomes in lockstep, and stops at the lines that are to be sent again. */
class ChosenLines {
  readonly lines: InputLines;
  /** Undefined where every line is. */
  readonly #merge: OutcomeMerge | undefined;
  readonly #select: RetrySelection | undefined;
  #isWaiting = false;

  constructor(ports: RunPorts, { document, attempt, parts, select, signal }: RetryInput, lot: Pick<Lot, 'parts' | 'pieces'>) {
    this.#select = select;
    this.lines = new InputLines(ports, lot.parts, { signal });
    if (lot.pieces !== undefined) return;
    // those of the newest generation alone are fewer to read
    const looked = select === undefined ? lot.parts : parts;
    this.#merge = new OutcomeMerge(ports, { run: document.run, attempt, isOver: true, parts: looked, signal });
  }

  /** Goes to the next line to be sent again; false: `await fill()`. */
  next(): boolean {
    for (;;) {
      if (!this.#isWaiting && !this.lines.next()) return false;
      if (this.#merge === undefined) return true;
      this.#isWaiting = !this.#merge.seek(this.lines.ordinal);
      if (this.#isWaiting) return false;
      const { outcome } = this.#merge;
      if (outcome?.status === OutcomeStatus.failed && this.#isChosen(outcome)) return true;
    }
  }

  /** False at the end. */
  async fill(): Promise<boolean> {
    if (!this.#isWaiting) return this.lines.fill();
    await this.#merge?.fill();
    return true;
  }

  async close(): Promise<void> {
    await this.lines.close();
    await this.#merge?.close();
  }

  #isChosen(outcome: OutcomeSpans): boolean {
    if (this.#select === undefined) return outcome.retry;
    return isSelected(outcome, this.#select);
  }
}
