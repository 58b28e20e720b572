import {
  type CommitResult,
  checkCommit,
  type Item,
  type Key,
  keyOfWrite,
  type Page,
  type PageQuery,
  type Write,
} from '@batchrock/core';

/** One item as it stood from a moment on; `item` undefined: removed. */
interface Edition {
  readonly since: number;
  /** Frozen through and through, so that every reader may have the same one. */
  readonly item: Item<unknown> | undefined;
  readonly places: readonly { readonly place: string; readonly sort: string }[];
}

/** A write that took effect. */
export interface Change {
  readonly key: Key;
  readonly before: Item<unknown> | undefined;
  readonly after: Item<unknown> | undefined;
}

/** What is durable: every item with its past, so that an index can answer as it stood a while ago. */
export class LedgerState {
  /** Called within each commit that took effect, after all its writes. */
  onCommit: ((changes: readonly Change[]) => void) | undefined;
  /** Called after that. */
  afterCommit: (() => void) | undefined;
  readonly #editions = new Map<Key, Edition[]>();
  /** The newest edition of each item that is there. */
  readonly #now = new Map<Key, Item<unknown>>();
  /** Who wrote or checked an item last. */
  readonly #touched = new Map<Key, { readonly at: number; readonly by: string }>();
  /** Place to every position that was ever taken there, in order. */
  readonly #places = new Map<string, Place>();

  get(key: Key): Item<unknown> | undefined {
    return this.#now.get(key);
  }

  /** Every item now, in the order of first writing. */
  items(): Item<unknown>[] {
    return [...this.#editions.values()].flatMap((editions) => editions.at(-1)?.item ?? []);
  }

  /** An index as it stood at a moment, or each of its items at a moment of its own. */
  page(query: PageQuery, asOf: number | ((key: Key) => number)): Page<Item<unknown>> {
    const name = `${query.index} ${query.at}`;
    const taken = this.#places.get(name)?.taken ?? [];
    const limit = query.limit ?? 100;
    const items: Item<unknown>[] = [];
    let cursor = '';
    for (let i = firstBehind(taken, query); i < taken.length; i++) {
      const { key, sort, position, editions } = taken[i]!;
      const edition = editionAt(editions, typeof asOf === 'number' ? asOf : asOf(key));
      if (edition?.item === undefined || !stands(edition, name, sort)) continue;
      if (items.length === limit) return { items, cursor };
      items.push(edition.item);
      cursor = position;
    }
    return { items };
  }

  /** True when somebody else has committed one of the items since a moment. */
  isTouched(writes: readonly Write[], by: string, since: number): boolean {
    return writes.some((write) => {
      const last = this.#touched.get(keyOfWrite(write));
      return last !== undefined && last.at > since && last.by !== by;
    });
  }

  /** All writes or none. */
  commit(writes: readonly Write[], now: number, by = ''): CommitResult {
    checkCommit(writes);
    const stale = writes.filter((write) => (this.get(keyOfWrite(write))?.version ?? 'absent') !== write.expect);
    if (stale.length > 0) return { stale: stale.map(keyOfWrite) };
    const changes: Change[] = [];
    for (const write of writes) {
      this.#touched.set(keyOfWrite(write), { at: now, by });
      if ('check' in write) continue;
      const key = keyOfWrite(write);
      const before = this.get(key);
      this.#apply(write, before, now);
      changes.push({ key, before, after: this.get(key) });
    }
    this.onCommit?.(changes);
    this.afterCommit?.();
    return 'done';
  }

  #apply(write: Exclude<Write, { readonly check: Key }>, before: Item<unknown> | undefined, now: number): void {
    const key = keyOfWrite(write);
    let editions = this.#editions.get(key);
    if (editions === undefined) {
      editions = [];
      this.#editions.set(key, editions);
    }
    const last = editions.at(-1);
    if ('remove' in write) {
      editions.push({ since: now, item: undefined, places: [] });
      this.#now.delete(key);
      return;
    }
    const version = (before?.version ?? 0) + 1;
    const places = write.put.indexes.map(({ index, at, sort }) => ({ place: `${index} ${at}`, sort }));
    const item = Object.freeze({ ...write.put, version });
    editions.push({ since: now, item, places });
    this.#now.set(key, item);
    for (const { place, sort } of places) {
      // where it stood before it is known
      if (last === undefined || !stands(last, place, sort)) this.#take(place, key, sort, editions);
    }
  }

  #take(name: string, key: Key, sort: string, editions: readonly Edition[]): void {
    const place = this.#places.get(name) ?? { known: new Set<string>(), taken: [] };
    this.#places.set(name, place);
    const position = `${sort}\u0000${key}`;
    if (place.known.has(position)) return;
    place.known.add(position);
    let at = place.taken.length;
    while (at > 0 && place.taken[at - 1]!.position > position) at--;
    place.taken.splice(at, 0, { key, sort, position, editions });
  }
}

interface Place {
  readonly known: Set<string>;
  readonly taken: Position[];
}

interface Position {
  readonly key: Key;
  readonly sort: string;
  readonly position: string;
  /** Of the item. */
  readonly editions: readonly Edition[];
}

/** How an item stood at a moment. */
function editionAt(editions: readonly Edition[], moment: number): Edition | undefined {
  // nearly always the newest one
  for (let i = editions.length - 1; i >= 0; i--) if (editions[i]!.since <= moment) return editions[i];
  return undefined;
}

/** True when an item stood in a place at that position. */
function stands({ places }: Edition, name: string, sort: string): boolean {
  for (const { place, sort: own } of places) if (place === name && own === sort) return true;
  return false;
}

/** Where the entries behind `after` and the cursor begin. */
function firstBehind(taken: Place['taken'], { after, cursor }: PageQuery): number {
  let low = 0;
  let high = taken.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { sort, position } = taken[middle]!;
    const behind = (after === undefined || sort > after) && (cursor === undefined || position > cursor);
    if (behind) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * What is sent to a ledger, as a disk would keep it: without what JSON cannot hold. It is frozen through and through, so
 * that neither its sender nor a reader can change what stands there; one that tries fails at once.
 */
export function sealed<T>(value: T): T {
  // what is frozen was sealed before: most of what is written was read
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = sealed(value[i] ?? null);
    return Object.freeze(value);
  }
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) {
    const each = record[key];
    if (each === undefined) return sealed(withoutUndefined(record)) as T;
    const kept = sealed(each);
    if (kept !== each) record[key] = kept;
  }
  return Object.freeze(value);
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}
