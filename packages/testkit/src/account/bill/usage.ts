/** What a bill counts, in the units of the price list. */
export interface Usage {
  /** State transitions of Standard Workflows. */
  readonly transitions: number;
  readonly lambdaRequests: number;
  readonly lambdaGBSeconds: number;
  /** Write request units of DynamoDB. */
  readonly tableWrites: number;
  /** Read request units. */
  readonly tableReads: number;
  /** Requests of S3 that put, copy or list. */
  readonly objectWrites: number;
  /** Those that get or head. */
  readonly objectReads: number;
  readonly queueRequests: number;
  /** Invocations of rules by schedule; events of AWS services cost nothing. */
  readonly scheduledEvents: number;
  readonly logBytes: number;
}

/** Nothing used. */
export const NO_USAGE: Usage = {
  transitions: 0,
  lambdaRequests: 0,
  lambdaGBSeconds: 0,
  tableWrites: 0,
  tableReads: 0,
  objectWrites: 0,
  objectReads: 0,
  queueRequests: 0,
  scheduledEvents: 0,
  logBytes: 0,
};

/** Both together. */
export function addUsage(a: Usage, b: Partial<Usage>): Usage {
  const sum = (key: string): number => a[key as keyof Usage] + (b[key as keyof Usage] ?? 0);
  return Object.fromEntries(Object.keys(a).map((key) => [key, sum(key)])) as unknown as Usage;
}

/** So many times as much. */
export function scaleUsage(usage: Usage, times: number): Usage {
  return Object.fromEntries(Object.entries(usage).map(([key, count]) => [key, count * times])) as unknown as Usage;
}

/** What so many jobs of one run have used. */
export interface JobsUsage {
  readonly jobs: number;
  readonly usage: Usage;
}

/** What a run of more jobs uses, from two that were counted: each job adds the same, and the rest comes with every run. */
export function usageOfMoreJobs(few: JobsUsage, more: JobsUsage, jobs: number): Usage {
  const added = addUsage(more.usage, scaleUsage(few.usage, -1));
  return addUsage(more.usage, scaleUsage(added, (jobs - more.jobs) / (more.jobs - few.jobs)));
}
