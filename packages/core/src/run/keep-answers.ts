import { invariant, isBatchrockError } from '../errors/index.ts';
import type { CollectCounts, PartBody } from '../job/index.ts';
import type { AnswerCache, AnswerScope, CallOptions, KeptAnswer } from '../ports/index.ts';
import { OutcomeStatus } from '../record/index.ts';
import { requestKey } from './answer-lookup.ts';
import { answerScope } from './answer-scope.ts';
import type { RunDocument } from './document.ts';
import { objectKeys } from './keys.ts';
import { OutcomeLines } from './outcome-lines.ts';
import { behindId } from './outcome-tail.ts';
import { InputLines } from './part-files.ts';
import type { RunPorts } from './ports.ts';

/** Answers that are put at once: so many, or of so many bytes. */
const MOST_ANSWERS = 1000;
const MOST_BYTES = 4 << 20;

export interface KeepInput extends CallOptions {
  readonly document: RunDocument;
  /** Its outcomes are written. */
  readonly part: PartBody;
  readonly counts: CollectCounts;
}

/**
 * Puts the answers of a part into the cache, where its run asks for that: what succeeded, by what was sent for it. Reads input and
 * outcomes side by side. Repeatable. Where its input is gone, as the lifecycle of a bucket may have it, nothing is kept.
 */
export async function keepAnswers(ports: RunPorts, input: KeepInput): Promise<void> {
  const { answers } = ports;
  if (input.document.cache !== true || answers === undefined || input.counts.succeeded === 0) return;
  try {
    await keep({ ...ports, answers }, input);
  } catch (error) {
    if (!isBatchrockError(error) || error.code !== 'BR-E0208') throw error;
  }
}

type KeepPorts = Pick<RunPorts, 'objects' | 'digest'> & { readonly answers: AnswerCache };

async function keep(ports: KeepPorts, { document, part, counts, signal }: KeepInput): Promise<void> {
  const { answers, digest } = ports;
  const putter = new Putter(answers, answerScope(digest, document), { signal });
  const records = new InputLines(ports, [part], { signal });
  const key = objectKeys.outcomes(part.run, part.attempt, part.part);
  const outcomes = new OutcomeLines(ports, [{ key, ...(counts.sortedRuns && { sortedRuns: counts.sortedRuns }) }], { signal });
  try {
    while (await outcomes.fill()) {
      while (outcomes.next()) {
        const { status, ordinal, bytes, start, end } = outcomes.spans;
        if (status !== OutcomeStatus.succeeded) continue;
        while (records.ordinal < ordinal) if (!records.next() && !(await records.fill())) break;
        invariant(records.ordinal === ordinal, `row ${ordinal} has an answer in part ${part.part}, and no record`);
        const request = requestKey(digest, records.bytes, records.start, records.end);
        if (putter.add({ request, answer: behindId(bytes, start, end) })) await putter.put();
      }
    }
    await putter.put();
  } finally {
    await records.close();
    await outcomes.close();
  }
}

/** Gathers answers, so that they are put many at once. */
class Putter {
  readonly #answers: AnswerCache;
  readonly #scope: AnswerScope;
  readonly #options: CallOptions;
  #held: KeptAnswer[] = [];
  #bytes = 0;

  constructor(answers: AnswerCache, scope: AnswerScope, options: CallOptions) {
    this.#answers = answers;
    this.#scope = scope;
    this.#options = options;
  }

  /** True when it is time to put what is held. */
  add(answer: KeptAnswer): boolean {
    this.#held.push(answer);
    this.#bytes += answer.answer.length;
    return this.#held.length === MOST_ANSWERS || this.#bytes >= MOST_BYTES;
  }

  async put(): Promise<void> {
    if (this.#held.length > 0) await this.#answers.put(this.#scope, this.#held, this.#options);
    this.#held = [];
    this.#bytes = 0;
  }
}
