/** Bounds of a run, as they were asked for. */
export interface RunBounds {
  /** The first so many rows of the dataset; the others are no part of the run. */
  readonly maxRecords?: number;
  /** Records of the largest job, but that the last one may have as many more as the model's minimum. */
  readonly maxRecordsPerJob?: number;
  /** Most jobs of the first attempt; rows that do not go into them are left out. */
  readonly maxJobs?: number;
  /** So many rows, drawn by chance; the same ones for the same content. The others are no part of the run. */
  readonly sample?: number;
}

/** The bounds of a question; undefined when it has none. */
export function boundsOf({ maxRecords, maxRecordsPerJob, maxJobs, sample }: RunBounds): RunBounds | undefined {
  const bounds = { maxRecords, maxRecordsPerJob, maxJobs, sample };
  return Object.values(bounds).every((value) => value === undefined) ? undefined : bounds;
}
