import type { PartBody } from '../job/index.ts';
import { emptyOutcomeSpans, encodeOutcome, type OutcomeSpans, readOutcome, recordId } from '../record/index.ts';
import { isBrokenAlone } from './broken-part.ts';

/** What is said of records that nothing came back for, and that are not sent again: it is a part's, and so made once for each. */
export class GaveUp {
  readonly #parts: readonly PartBody[];
  /** The part that was asked for last. */
  #at = 0;
  #said: OutcomeSpans | undefined;

  /** `parts`: of one attempt, in order of their rows. */
  constructor(parts: readonly PartBody[]) {
    this.#parts = parts;
  }

  /** Ask for rows in rising order. */
  of(ordinal: number): OutcomeSpans {
    const parts = this.#parts;
    let at = this.#at;
    while (at + 1 < parts.length && (parts[at] as PartBody).lastOrdinal < ordinal) at++;
    if (at !== this.#at) this.#said = undefined;
    this.#at = at;
    this.#said ??= noOutput(parts[at] as PartBody);
    return this.#said;
  }
}

function noOutput(part: PartBody): OutcomeSpans {
  const { attempt, jobMessage = 'its job failed, and said nothing' } = part;
  // not how often: a record that was refused in an attempt is in no later one, unless `retry` sends it
  const when = attempt === 1 ? 'once' : `for the last time in attempt ${attempt}`;
  const line = encodeOutcome({
    id: recordId('00', 0),
    status: 'failed',
    ...(isBrokenAlone(part)
      ? // it would break the job of whatever it is sent with
        { code: 'job_failed', message: jobMessage, retry: false }
      : { code: 'no_output', message: `sent ${when}, and nothing came back${endOf(part)}`, retry: true }),
  });
  const spans = emptyOutcomeSpans();
  readOutcome(line, 0, line.length - 1, spans);
  return spans;
}

/** A job that did all it was given says nothing of a record that it left out. */
function endOf({ jobStatus = 'Completed', jobMessage }: PartBody): string {
  if (jobStatus === 'Completed') return '';
  return `; its job ended as ${jobStatus}${jobMessage === undefined ? '' : `: ${jobMessage}`}`;
}
