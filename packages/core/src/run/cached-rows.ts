import type { CallOptions } from '../ports/index.ts';
import {
  emptyOutcomeSpans,
  isCutOff,
  OutcomeStatus,
  type RecordEncoder,
  type RowBatch,
  readOutcome,
  recordId,
} from '../record/index.ts';
import { AnswerLookup } from './answer-lookup.ts';
import { answerScope } from './answer-scope.ts';
import { type DecidedPart, readDecidedPart } from './decided-part.ts';
import type { RunDocument } from './document.ts';
import { MOST_PART_ROWS } from './known-requests.ts';
import { withId } from './outcome-tail.ts';
import type { RunPorts } from './ports.ts';

/** A row that is not sent and has an answer of another run. */
export interface CachedOutcome {
  readonly status: 'cached';
  /** Its line, with its line end; empty where that is written already. */
  readonly line: Uint8Array;
  /** The answer was cut off at the token limit. */
  readonly isCutOff: boolean;
}

type Ports = Pick<RunPorts, 'objects' | 'digest' | 'answers'>;

const WRITTEN = new Uint8Array(0);

/**
 * Which rows of a run have their answers from the cache. What the cache has may change while a run is prepared, given up and
 * prepared again; so what was decided once holds: attempt 0 of a part becomes visible before anything else of it, is never
 * replaced, and whoever prepares the part again does as it says.
 */
export class CachedRows {
  /** What was decided of the part in hand by whoever prepared it before. */
  decided: DecidedPart | undefined;
  readonly #ports: Ports;
  readonly #document: RunDocument;
  readonly #lookup: AnswerLookup | undefined;
  readonly #spans = emptyOutcomeSpans();

  /** Undefined for a run that asks for none. */
  static of(document: RunDocument, ports: Ports): CachedRows | undefined {
    return document.cache === true ? new CachedRows(document, ports) : undefined;
  }

  constructor(document: RunDocument, ports: Ports) {
    this.#ports = ports;
    this.#document = document;
    const { model, request } = document;
    this.#lookup =
      ports.answers &&
      new AnswerLookup(ports.answers, ports.digest, {
        scope: answerScope(ports.digest, document),
        maxRecordBytes: model.limits.maxRecordBytes,
        hasChoices: request.openai !== undefined && model.task === 'text',
      });
  }

  /** Another part begins. `isNew`: nobody can have prepared it before. */
  async begin(part: number, { isNew, signal }: CallOptions & { readonly isNew: boolean }): Promise<void> {
    this.decided = isNew ? undefined : await readDecidedPart(this.#ports, this.#document.run, part, { signal });
  }

  /** Looks for rows of a batch from `first` on, which is row `ordinal`; the row behind the last of which it is known. */
  async look(encoder: RecordEncoder, batch: RowBatch, first: number, ordinal: number, o: CallOptions): Promise<number> {
    if (this.decided !== undefined || this.#lookup === undefined) return batch.count;
    return this.#lookup.look(encoder, batch, first, ordinal, o);
  }

  /** The outcome of a row that is known to have one. Ask for rows in rising order. */
  find(ordinal: number): CachedOutcome | undefined {
    if (this.decided !== undefined) {
      const decided = this.decided.find(ordinal);
      return decided && { status: 'cached', line: WRITTEN, isCutOff: decided.isCutOff };
    }
    const answer = this.#lookup?.answer(ordinal);
    return answer && this.#outcome(ordinal, answer);
  }

  /** True when a part has as many rows as are kept in mind of one. */
  isFull(rows: number): boolean {
    return rows >= MOST_PART_ROWS;
  }

  /** What is damaged is no answer: its row is sent. */
  #outcome(ordinal: number, answer: Uint8Array): CachedOutcome | undefined {
    const line = withId(recordId(this.#document.recordPrefix, ordinal), answer);
    const spans = this.#spans;
    const isSound = readOutcome(line, 0, line.length - 1, spans) && spans.status === OutcomeStatus.succeeded;
    return isSound ? { status: 'cached', line, isCutOff: isCutOff(spans) } : undefined;
  }
}
