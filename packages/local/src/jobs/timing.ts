/**
 * How long the phases of a job take on the service's clock, and how fast that clock runs. Time stamps are those of the
 * wall; only durations are divided by the speed.
 */
export interface Timing {
  /** Seconds of the service's clock in a second of the wall. */
  readonly speed: number;
  readonly submittedMs: number;
  readonly validatingMs: number;
  readonly scheduledMs: number;
  readonly stoppingMs: number;
  /**
   * Records that a running job processes in a minute of the service's clock. Undefined: as fast as this machine can, and
   * the timeout of a running job counts by the wall, because the work takes the time that it takes.
   */
  readonly recordsPerMinute?: number;
}

/** Phases as they may be on a quiet day; at the default speed a small job takes a fraction of a second. */
export const DEFAULT_TIMING: Timing = {
  speed: 1_000,
  submittedMs: 10_000,
  validatingMs: 30_000,
  scheduledMs: 60_000,
  stoppingMs: 10_000,
};

/** A duration of the service's clock in milliseconds of the wall. */
export function wallMs(timing: Timing, serviceMs: number): number {
  return serviceMs / timing.speed;
}

const HOUR_MS = 3_600_000;

/** When a job that has not begun expires. */
export function expiresAt(timing: Timing, job: { readonly submittedAt: number; readonly timeoutHours: number }): number {
  return job.submittedAt + wallMs(timing, job.timeoutHours * HOUR_MS);
}

/** When a job that has begun runs out of time. */
export function runsOutAt(
  timing: Timing,
  job: { readonly submittedAt: number; readonly startedAt: number; readonly timeoutHours: number },
): number {
  if (timing.recordsPerMinute !== undefined) return expiresAt(timing, job);
  const waited = (job.startedAt - job.submittedAt) * timing.speed;
  return job.startedAt + Math.max(0, job.timeoutHours * HOUR_MS - waited);
}
