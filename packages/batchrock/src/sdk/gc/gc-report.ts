/** Which state of a run that rests; `refused`: nothing of it was ever sent. */
export type RestingState = 'ended' | 'stopped' | 'refused';

/** What may be freed; all that is given has to fit. */
export interface GcFilter {
  /** Milliseconds since a run came to rest, or a copy was written. */
  readonly olderThan: number;
  readonly states: readonly RestingState[];
  /** Runs of which no file has all results, as they are now, may go, too. */
  readonly force?: boolean | undefined;
}

/**
 * What something is. `run`: the objects of a run in its bucket; `dataset`: a copy of what came through a pipe, was cut or has its
 * images in it; `images`: images on their way into such a copy, or the note which copies they are in; `answers`: what a run of one of
 * several models wrote; `partial`: what a process that is no more has left half written.
 */
export type GarbageKind = 'run' | 'dataset' | 'images' | 'answers' | 'partial';

/** Something that may go. */
export interface Garbage {
  readonly kind: GarbageKind;
  /** Id of the run, else the path. */
  readonly name: string;
  /** Milliseconds since the epoch: when the run came to rest, or the copy was written. */
  readonly at: number;
  readonly files: number;
  readonly bytes: number;
  /** Why it may go. */
  readonly why: string;
}

/** A run that would be old enough and stays. */
export interface KeptRun {
  readonly run: string;
  readonly why: string;
}

/** What a state directory has that may go, and what stays although it is old. */
export interface GcReport {
  readonly path: string;
  readonly garbage: readonly Garbage[];
  readonly kept: readonly KeptRun[];
}

/** What was removed. */
export interface Freed {
  readonly files: number;
  readonly bytes: number;
  /** Runs and paths that are gone. */
  readonly removed: readonly string[];
  /** Those that stayed after all: somebody has taken them up since, or they cannot be removed. */
  readonly failed: readonly { readonly name: string; readonly why: string }[];
}

/** What became of one of them: removed, or why it stays. */
export type Removal = { readonly files: number; readonly bytes: number } | { readonly why: string };
