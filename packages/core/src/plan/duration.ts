import { type DurationRange, evenParts, forecast, jobTimes, OUR_WATCH, SERVICE_MODEL } from '../schedule/index.ts';

/** What is simulated. */
export interface DurationInput {
  readonly records: number;
  readonly parts: number;
  readonly slots: number;
}

/**
 * Plays the run many times against the assumed service, as `batchrock simulate` does, with nothing to be sent again.
 * Deterministic: the same input gives the same range.
 */
export function estimateDuration({ records, parts, slots }: DurationInput): DurationRange {
  const runs = [{ parts: evenParts(records, parts) }];
  return forecast({ lanes: [{ slots, times: jobTimes(SERVICE_MODEL) }], runs, watch: OUR_WATCH }).minutes;
}
