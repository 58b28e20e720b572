import type { PartBody } from '../job/index.ts';
import { emptyOutcomeSpans, encodeOutcome, type OutcomeSpans, readOutcome, recordId } from '../record/index.ts';

/** What is said of records that nothing came back for, and that are not sent again: it is a part's, and so made once for each. */
export class GaveUp {
  /** By attempt, in order of their rows. */
  readonly #parts: readonly (readonly PartBody[])[];
  /** The part that was asked for last, by attempt. */
  readonly #at: number[];
  readonly #said: (OutcomeSpans | undefined)[];

  /** `parts`: of any attempts, sorted by attempt and part. */
  constructor(parts: readonly PartBody[], newest: number) {
    const attempts = Array.from({ length: 1 + newest }, (_, attempt) => attempt);
    this.#parts = attempts.map((attempt) => parts.filter((part) => part.attempt === attempt && part.records > 0));
    this.#at = attempts.map(() => 0);
    this.#said = attempts.map(() => undefined);
  }

  /** Ask for the rows of an attempt in rising order. */
  of(attempt: number, ordinal: number): OutcomeSpans {
    const parts = this.#parts[attempt] ?? [];
    let at = this.#at[attempt] ?? 0;
    while (at + 1 < parts.length && (parts[at] as PartBody).lastOrdinal < ordinal) at++;
    if (at !== this.#at[attempt]) this.#said[attempt] = undefined;
    this.#at[attempt] = at;
    const said = this.#said[attempt] ?? noOutput(attempt, parts[at]);
    this.#said[attempt] = said;
    return said;
  }
}

function noOutput(attempt: number, part: PartBody | undefined): OutcomeSpans {
  // not how often: a record that was refused in an attempt is in no later one, unless `retry` sends it
  const when = attempt === 1 ? 'once' : `for the last time in attempt ${attempt}`;
  const line = encodeOutcome({
    id: recordId('00', 0),
    status: 'failed',
    code: 'no_output',
    message: `sent ${when}, and nothing came back${endOf(part)}`,
    retry: true,
  });
  const spans = emptyOutcomeSpans();
  readOutcome(line, 0, line.length - 1, spans);
  return spans;
}

/** A job that did all it was given says nothing of a record that it left out. */
function endOf(part: PartBody | undefined): string {
  const { jobStatus = 'Completed', jobMessage } = part ?? {};
  if (jobStatus === 'Completed') return '';
  return `; its job ended as ${jobStatus}${jobMessage === undefined ? '' : `: ${jobMessage}`}`;
}
