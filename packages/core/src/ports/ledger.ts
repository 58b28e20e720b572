import type { CallOptions } from './object-store.ts';

/** The key of an item, made by `run/keys`: printable ASCII without blanks, as `at` and `sort` are. */
export type Key = string;
/** Starts at 1 and grows by one with each put. */
export type Version = number;

/** Where an item can be found beside its key. Each index is ordered by `sort`, then by key. */
export type IndexName =
  /** every run of the ledger: at `all` */
  | 'runs'
  /** parts of a run: at the run id, sorted by attempt and part */
  | 'parts'
  /** events of a run: at the run id, sorted by sequence */
  | 'events'
  /** parts of a lane that are not yet collected, at `<lane>#<state>`; its runs that have not come to rest, at `<lane>#run` */
  | 'open';

/** A place in an index. */
export interface IndexEntry {
  readonly index: IndexName;
  readonly at: string;
  readonly sort: string;
}

/** Anything that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** What the ledger stores. `body` is plain JSON; its shape is told by `schema`, such as `part/1`. */
export interface Item<Body = Json> {
  readonly key: Key;
  readonly version: Version;
  readonly schema: string;
  readonly body: Body;
  /** At most one place in each index, in no particular order. */
  readonly indexes: readonly IndexEntry[];
}

/** What to write: an item without its version, which the ledger counts. */
export type NewItem<Body = Json> = Omit<Item<Body>, 'version'>;

/** One write of a commit. Every write says which version it expects; `absent` means that the key must not exist. */
export type Write =
  | { readonly put: NewItem<unknown>; readonly expect: Version | 'absent' }
  | { readonly check: Key; readonly expect: Version | 'absent' }
  | { readonly remove: Key; readonly expect: Version };

/**
 * `done`: all writes took effect. `contended`: none did, and trying the same again may work.
 * `stale`: none did; these keys have another version than expected: read again and decide anew.
 */
export type CommitResult = 'done' | 'contended' | { readonly stale: readonly Key[] };

export interface Page<T> {
  readonly items: readonly T[];
  /** Give it back to get the next page; absent on the last. */
  readonly cursor?: string;
}

export interface PageQuery {
  readonly index: IndexName;
  readonly at: string;
  readonly cursor?: string;
  /** Only entries whose `sort` is greater. */
  readonly after?: string;
  /** Items a page, at most; default 100. */
  readonly limit?: number;
}

/** The schema that a page gives an item which cannot be read; its body is empty. */
export const UNREADABLE = 'unreadable';

/** Most writes in one commit. DynamoDB takes 100 items and 4 MB in a transaction (API reference, 2026-11); we stay far below. */
export const MAX_COMMIT_WRITES = 20;

/**
 * Versioned compare-and-set and nothing more: the core reads, decides and commits. A commit is atomic and is durable when
 * it returns. A commit that throws may have taken effect: read again.
 */
export interface Ledger {
  /** True where each write is paid for: then no event is recorded of the steps of a part, which its item tells too. */
  readonly isMetered?: boolean;
  /** Strongly consistent. */
  get(key: Key, options?: CallOptions): Promise<Item<unknown> | undefined>;
  /**
   * A hint: it may be stale. Read the item itself before you decide. One that cannot be read has the schema `UNREADABLE`, and keeps
   * nobody from the others.
   */
  page(query: PageQuery, options?: CallOptions): Promise<Page<Item<unknown>>>;
  commit(writes: readonly Write[], options?: CallOptions): Promise<CommitResult>;
}
