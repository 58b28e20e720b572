import { type DurationRange, evenParts, forecast, jobTimes, OUR_WATCH, SERVICE_MODEL } from '../schedule/index.ts';

/** What is simulated. */
export interface DurationInput {
  readonly records: number;
  readonly partRecords: number;
  readonly slots: number;
}

/**
 * Plays the run many times against the assumed service, as `batchrock simulate` does, with nothing to be sent again.
 * Deterministic: the same input gives the same range.
 */
export function estimateDuration({ records, partRecords, slots }: DurationInput): DurationRange {
  const parts = evenParts(records, Math.max(1, Math.ceil(records / partRecords)));
  return forecast({ lanes: [{ slots, times: jobTimes(SERVICE_MODEL) }], runs: [{ parts }], watch: OUR_WATCH }).minutes;
}
