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
