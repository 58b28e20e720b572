/** How long jobs take: queue and validation log-normal, then a rate that is log-normal from job to job. */
export interface ServiceModel {
  /** Median of queue and validation of one job. */
  readonly startMinutes: number;
  /** Standard deviation of its logarithm; 0: always the median. */
  readonly startSigma: number;
  /** Median rate of one job. */
  readonly recordsPerMinute: number;
  readonly rateSigma: number;
}

/**
 * How long the service takes, assumed. No promise of the service; it publishes none ("typically within hours"). Observed:
 * 100 records in 10 to 15 minutes (2026), 2,000 in 15 minutes (2024).
 */
export const SERVICE_MODEL: ServiceModel = { startMinutes: 10, startSigma: 0.5, recordsPerMinute: 600, rateSigma: 0.3 };

/** From a job's end until the next one is created, where all goes well: the event, or half a poll and the calls. Minutes. */
export const GAP_MINUTES = 0.25;
