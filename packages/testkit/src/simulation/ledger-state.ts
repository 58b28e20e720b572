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
  /** Who wrote or checked an item last. */
  readonly #touched = new Map<Key, { readonly at: number; readonly by: string }>();
  /** Place to every position that was ever taken there, in order. */
  readonly #places = new Map<string, Place>();

  get(key: Key): Item<unknown> | undefined {
    return this.#editions.get(key)?.at(-1)?.item;
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
      const { key, sort, position } = taken[i]!;
      const moment = typeof asOf === 'number' ? asOf : asOf(key);
      const edition = this.#editions.get(key)?.findLast((one) => one.since <= moment);
      if (edition?.item === undefined || !edition.places.some((one) => one.place === name && one.sort === sort)) continue;
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
    const editions = this.#editions.get(key) ?? [];
    this.#editions.set(key, editions);
    const last = editions.at(-1);
    if ('remove' in write) {
      editions.push({ since: now, item: undefined, places: [] });
      return;
    }
    const version = (before?.version ?? 0) + 1;
    const places = write.put.indexes.map(({ index, at, sort }) => ({ place: `${index} ${at}`, sort }));
    editions.push({ since: now, item: Object.freeze({ ...write.put, version }), places });
    for (const { place, sort } of places) {
      // where it stood before it is known
      if (last === undefined || !last.places.some((one) => one.place === place && one.sort === sort))
        this.#take(place, key, sort);
    }
  }

  #take(name: string, key: Key, sort: string): void {
    const place = this.#places.get(name) ?? { known: new Set<string>(), taken: [] };
    this.#places.set(name, place);
    const position = `${sort}\u0000${key}`;
    if (place.known.has(position)) return;
    place.known.add(position);
    let at = place.taken.length;
    while (at > 0 && place.taken[at - 1]!.position > position) at--;
    place.taken.splice(at, 0, { key, sort, position });
  }
}

interface Place {
  readonly known: Set<string>;
  readonly taken: { readonly key: Key; readonly sort: string; readonly position: string }[];
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

/** Copies that were made before. Most of what is written was read: it need not be copied again. */
const copies = new WeakSet<object>();

/** A copy that nobody can change, without what JSON cannot hold, as a disk would keep it. */
export function frozenCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null || copies.has(value)) return value;
  const copy = Array.isArray(value) ? value.map((each) => frozenCopy(each ?? null)) : plainCopy(value);
  copies.add(Object.freeze(copy));
  return copy as T;
}

/** Spread first, which keeps the shape of what is copied: to build each copy up key by key takes many times as long. */
function plainCopy(value: object): object {
  const copy: Record<string, unknown> = { ...value };
  for (const key of Object.keys(copy)) {
    const each = copy[key];
    if (each === undefined) return withoutUndefined(value);
    if (typeof each !== 'object' || each === null || copies.has(each)) continue;
    // assignment would lose this one
    if (key === '__proto__') Object.defineProperty(copy, key, { value: frozenCopy(each), enumerable: true });
    else copy[key] = frozenCopy(each);
  }
  return copy;
}

function withoutUndefined(value: object): object {
  return plainCopy(Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)));
}
