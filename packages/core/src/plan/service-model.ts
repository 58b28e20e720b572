/**
 * How long the service takes, assumed: queue and validation log-normal, then a steady rate. No promise of the service; it
 * publishes none ("typically within hours"). Observed: 100 records in 10 to 15 minutes (2026), 2,000 in 15 minutes (2024).
 */
export const SERVICE_MODEL = {
  /** Median of queue and validation of one job. */
  startMinutes: 10,
  /** Standard deviation of its logarithm. */
  startSigma: 0.5,
  /** Median rate of one job. */
  recordsPerMinute: 600,
  rateSigma: 0.3,
  /** From a job's end until the next one is created: the event, or the poll. */
  gapMinutes: 0.25,
} as const;
