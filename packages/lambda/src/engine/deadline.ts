/** What Lambda says to a handler, as far as it is used. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** When a call must have come to its end. */
export interface Deadline {
  /** Aborts then. */
  readonly signal: AbortSignal;
  /** Milliseconds until then; 0 or less when it is over. */
  leftMs(): number;
}

/** The end of a call, `spareMs` before Lambda ends it. */
export function deadlineOf(context: LambdaContext, spareMs: number): Deadline {
  const leftMs = () => context.getRemainingTimeInMillis() - spareMs;
  return { signal: AbortSignal.timeout(Math.max(0, Math.floor(leftMs()))), leftMs };
}
