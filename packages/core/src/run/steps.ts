import type { CollectCounts, PartBody, PartFacts } from '../job/index.ts';
import type { CallOptions, JobView } from '../ports/index.ts';
import type { RetrySelection, RunDocument } from './document.ts';
import type { RunPorts } from './ports.ts';

/** The two steps of a run that read and write records; the protocol only needs to know when they are done. */
export interface RunSteps {
  /**
   * Writes the outcomes of a part whose job has ended. The same bytes whoever does it and however often. `unsettled`: the
   * output is not all there yet, and may still come.
   */
  writeOutcomes(
    ports: RunPorts,
    input: CallOptions & { readonly document: RunDocument; readonly part: PartBody; readonly view: JobView },
  ): Promise<CollectCounts | 'unsettled'>;
  /** Writes the input of the generation after `attempt`. The same bytes whoever does it and however often. */
  writeRetryParts(
    ports: RunPorts,
    input: CallOptions & {
      readonly document: RunDocument;
      readonly attempt: number;
      /** Every part of every generation up to `attempt`. */
      readonly parts: readonly PartBody[];
      /** That of the run. */
      readonly maxAttempts: number;
      /** Absent: what is retryable or missing. */
      readonly select?: RetrySelection;
    },
  ): Promise<readonly PartFacts[]>;
}

/** What is said to every step that may need them. */
export interface StepOptions extends CallOptions {
  /** In place of the real ones; for tests of the protocol alone. */
  readonly steps?: RunSteps;
}
