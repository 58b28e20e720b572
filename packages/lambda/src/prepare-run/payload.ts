import { InputError } from '@batchrock/core';

/** What the state machine says to `prepare-run`. */
export interface PreparePayload {
  /** ARN of the execution. */
  readonly execution: string;
  /** When it was started. */
  readonly started: string;
  /** The execution's input, of which nothing is known yet. */
  readonly input: unknown;
}

/** Reads the payload. Throws `BR-E0112` for one that no state machine of ours sends. */
export function parsePreparePayload(payload: unknown): PreparePayload {
  const { execution, started, input } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof execution !== 'string' || typeof started !== 'string') {
    throw new InputError('BR-E0112', 'the payload is none of the state machine: execution and started are missing');
  }
  return { execution, started, input };
}
