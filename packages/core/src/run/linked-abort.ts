/** An abort of its own that another one brings about too. */
export interface LinkedAbort {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Listens to the other no more: that one may live much longer. */
  release(): void;
}

/** Links to a signal, if there is one. */
export function linkAbort(outer: AbortSignal | undefined): LinkedAbort {
  const own = new AbortController();
  const follow = () => own.abort(outer?.reason);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    release: () => outer?.removeEventListener('abort', follow),
  };
}
