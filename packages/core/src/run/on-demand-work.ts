import { StateError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { RECORD_ID_LENGTH } from '../record/index.ts';
import type { RunDocument } from './document.ts';
import { answerLine, type OnDemandEnd, openAnswerKeeper, readAnswered, readEnd, writeEnd } from './on-demand-answers.ts';
import type { OnDemandCalls } from './on-demand-calls.ts';
import { describeTaken, readOwner } from './owner.ts';
import { damaged, InputLines } from './part-files.ts';
import type { RunPorts } from './ports.ts';
import { checkCancelled } from './tolerance.ts';

/** What is worked on. */
export interface OnDemandWork extends CallOptions {
  readonly document: RunDocument;
  readonly part: PartBody;
  /** The ledger that works on it, as the run's bucket knows it. */
  readonly owner: string | undefined;
  readonly calls: OnDemandCalls;
  /** Told after each record that is kept. */
  readonly onProgress?: (counts: Omit<OnDemandEnd, 'status'>) => void;
}

const MODEL_INPUT = new TextEncoder().encode('","modelInput":');
/** Where the `modelInput` begins in a line of our input files. */
const BODY_AT = '{"recordId":"'.length + RECORD_ID_LENGTH + MODEL_INPUT.length;
/** Between two looks at whether somebody has stopped the work or taken the run over. */
const LOOK_MS = 5_000;

/**
 * Asks for every record of a part that has no line yet, and ends it. May die at any moment: each answer is kept before its place is
 * given to another record, so what is paid twice is never more than there are places. How it ended, also where somebody else was first.
 */
export async function answerPart(ports: RunPorts, work: OnDemandWork): Promise<OnDemandEnd> {
  const { document, part, calls, signal } = work;
  const before = await readEnd(ports, part, { signal });
  if (before !== undefined) return before;
  const done = await readAnswered(ports, part, { signal });
  let { succeeded } = done;
  let failed = done.ordinals.size - succeeded;
  const keeper = openAnswerKeeper(ports, part, sessionOf(ports), { signal });
  const open = new Set<Promise<void>>();
  let failure: unknown;

  const answer = async (ordinal: number, body: Uint8Array): Promise<void> => {
    const { modelId, invocationType } = document.model;
    const said = await calls.ask({ modelId, invocationType, body }, { signal });
    await keeper.keep(answerLine(document.recordPrefix, ordinal, said));
    if ('output' in said) succeeded++;
    else failed++;
    work.onProgress?.({ total: part.records, succeeded, failed });
  };

  const lines = new InputLines(ports, [part], { signal });
  let lookedAt = Number.NEGATIVE_INFINITY;
  try {
    while (await lines.fill()) {
      while (lines.next()) {
        const { ordinal } = lines;
        if (done.ordinals.has(ordinal)) continue;
        if (ports.clock.now() - lookedAt >= LOOK_MS) {
          const end = await lookAround(ports, work);
          if (end !== undefined) return end;
          lookedAt = ports.clock.now();
        }
        const body = bodyOf(lines, part);
        const begun = await calls.place(() => answer(ordinal, body), { signal });
        const settled: Promise<void> = begun.done
          .catch((error: unknown) => {
            failure ??= error;
          })
          .finally(() => open.delete(settled));
        open.add(settled);
        if (failure !== undefined) throw failure;
      }
    }
    await Promise.all(open);
    if (failure !== undefined) throw failure;
    return await writeEnd(ports, part, { status: 'Completed', total: part.records, succeeded, failed }, { signal });
  } finally {
    // what is being asked is paid for, and kept still
    await Promise.all(open);
    await lines.close();
  }
}

/** The end that somebody else has put to the work. Throws `BR-E0213` where another ledger has the run. */
async function lookAround(ports: RunPorts, { part, owner, signal }: OnDemandWork): Promise<OnDemandEnd | undefined> {
  checkCancelled(signal);
  const other = owner === undefined ? undefined : await readOwner(ports, part.run, { signal });
  if (other !== undefined && other.id !== owner) {
    throw new StateError('BR-E0213', describeTaken(other), { details: { run: part.run } });
  }
  return readEnd(ports, part, { signal });
}

/** A copy: the block that the line stands in is filled anew while it is asked. */
function bodyOf({ bytes, start, end }: InputLines, { run, attempt, part }: PartBody): Uint8Array {
  const from = start + BODY_AT;
  const isOurs = end > from && MODEL_INPUT.every((byte, i) => bytes[from - MODEL_INPUT.length + i] === byte);
  if (!isOurs) throw damaged(`the input of part ${part} of attempt ${attempt} of ${run}`, 'a line without a request of ours');
  return bytes.slice(from, end - 1);
}

/** No two who work on a part at once write the same object. Names objects alone: nothing that is read depends on it. */
function sessionOf({ clock, random }: RunPorts): string {
  return `answers-${clock.now().toString(36)}-${Math.floor(random.next() * 36 ** 6).toString(36)}`;
}
