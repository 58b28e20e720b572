import type { ToldError } from './told-error.ts';

/** What whoever does tasks is told. */
export type ToServer =
  | { readonly kind: 'task'; readonly task: unknown }
  /** A block that was used: it may be filled again. */
  | { readonly kind: 'block'; readonly block: number };

/** What whoever does tasks tells. */
export type FromServer<Result> =
  /** The first bytes of a block; `memory` is the block, with its first message only: both sides keep it. */
  | { readonly kind: 'bytes'; readonly block: number; readonly length: number; readonly memory?: SharedArrayBuffer }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: ToldError };
