import type { CallOptions } from './object-store.ts';

/** Which answers may stand for one another: those of one model, asked and read in one way, by one account. */
export interface AnswerScope {
  /** SHA-256 of everything that determines what becomes of a request, in hexadecimal. */
  readonly digest: string;
  /** For whoever looks into the cache. */
  readonly modelId: string;
}

/** An answer, by the request that it is of. */
export interface KeptAnswer {
  /** SHA-256 of the request, 32 bytes. */
  readonly request: Uint8Array;
  /** What `find` gives back, byte for byte. */
  readonly answer: Uint8Array;
}

export interface FindAnswersOptions extends CallOptions {
  /** Looking ends with the answer that brings those that were found to so many bytes. */
  readonly mostBytes: number;
}

/**
 * Answers that runs have paid for, kept for others that ask for the very same. What is in it may go at any time, and come: whoever
 * must not see that keeps what was found. Any number of processes may use one at once.
 */
export interface AnswerCache {
  /** Looks for requests, in their order, as far as `mostBytes` go, and for one at least: what was found of each that was looked for. */
  find(
    scope: AnswerScope,
    requests: readonly Uint8Array[],
    options: FindAnswersOptions,
  ): Promise<readonly (Uint8Array | undefined)[]>;
  /**
   * Keeps answers, all of them or, where it rejects, none. A request that has an answer keeps that one.
   */
  put(scope: AnswerScope, answers: readonly KeptAnswer[], options?: CallOptions): Promise<void>;
}
