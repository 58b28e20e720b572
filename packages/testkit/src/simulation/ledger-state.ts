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
  /** Where it stands. */
  readonly positions: readonly Position[];
}

/** An item through all its commits: one look leads to all that is known of it. */
interface History {
  readonly editions: Edition[];
  /** The newest one, of an item that is there. */
  now: Item<unknown> | undefined;
  /** Who wrote or checked it last. */
  touchedAt: number;
  touchedBy: string;
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
  readonly #histories = new Map<Key, History>();
  /** Place to every position that was ever taken there, in order. */
  readonly #places = new Map<string, Place>();

  get(key: Key): Item<unknown> | undefined {
    return this.#histories.get(key)?.now;
  }

  /** An index as it stood at a moment, or each of its items at a moment of its own. */
  page(query: PageQuery, asOf: number | ((key: Key) => number)): Page<Item<unknown>> {
    const taken = this.#places.get(`${query.index} ${query.at}`)?.taken ?? [];
    const limit = query.limit ?? 100;
    const items: Item<unknown>[] = [];
    let cursor = '';
    for (let i = firstBehind(taken, query); i < taken.length; i++) {
      const position = taken[i]!;
      const edition = editionAt(position.editions, typeof asOf === 'number' ? asOf : asOf(position.key));
      if (edition?.item === undefined || !edition.positions.includes(position)) continue;
      if (items.length === limit) return { items, cursor };
      items.push(edition.item);
      cursor = position.position;
    }
    return { items };
  }

  /** True when somebody else has committed one of the items since a moment. */
  isTouched(writes: readonly Write[], by: string, since: number): boolean {
    return writes.some((write) => {
      const last = this.#histories.get(keyOfWrite(write));
      return last !== undefined && last.touchedAt > since && last.touchedBy !== by;
    });
  }

  /** All writes or none. */
  commit(writes: readonly Write[], now: number, by = ''): CommitResult {
    checkCommit(writes);
    const stale = writes.filter((write) => (this.get(keyOfWrite(write))?.version ?? 'absent') !== write.expect);
    if (stale.length > 0) return { stale: stale.map(keyOfWrite) };
    const changes: Change[] = [];
    for (const write of writes) {
      const key = keyOfWrite(write);
      const history = this.#historyOf(key);
      history.touchedAt = now;
      history.touchedBy = by;
      if ('check' in write) continue;
      const before = history.now;
      this.#apply(write, history, now);
      changes.push({ key, before, after: history.now });
    }
    this.onCommit?.(changes);
    this.afterCommit?.();
    return 'done';
  }

  #historyOf(key: Key): History {
    const known = this.#histories.get(key);
    if (known !== undefined) return known;
    const history: History = { editions: [], now: undefined, touchedAt: 0, touchedBy: '' };
    this.#histories.set(key, history);
    return history;
  }

  #apply(write: Exclude<Write, { readonly check: Key }>, history: History, now: number): void {
    const { editions } = history;
    const last = editions.at(-1);
    if ('remove' in write) {
      editions.push({ since: now, item: undefined, positions: [] });
      history.now = undefined;
      return;
    }
    const { key } = write.put;
    const version = (history.now?.version ?? 0) + 1;
    const positions = write.put.indexes.map(
      // where it stood before it stands again, most of the time
      ({ index, at, sort }) => find(last, index, at, sort) ?? this.#take(index, at, { key, sort, editions }),
    );
    const item = Object.freeze({ ...write.put, version });
    editions.push({ since: now, item, positions });
    history.now = item;
  }

  #take(index: string, at: string, item: Pick<Position, 'key' | 'sort' | 'editions'>): Position {
    const name = `${index} ${at}`;
    const place = this.#places.get(name) ?? { known: new Map<string, Position>(), taken: [] };
    this.#places.set(name, place);
    const position = `${item.sort}\u0000${item.key}`;
    const known = place.known.get(position);
    if (known !== undefined) return known;
    const taken: Position = { ...item, index, at, position };
    place.known.set(position, taken);
    let i = place.taken.length;
    while (i > 0 && place.taken[i - 1]!.position > position) i--;
    place.taken.splice(i, 0, taken);
    return taken;
  }
}

interface Place {
  readonly known: Map<string, Position>;
  readonly taken: Position[];
}

/** A place of an index that an item has or had: there is one for each. */
interface Position {
  readonly key: Key;
  readonly index: string;
  readonly at: string;
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

/** The position in which an item stood before. */
function find(last: Edition | undefined, index: string, at: string, sort: string): Position | undefined {
  return last?.positions.find((one) => one.index === index && one.at === at && one.sort === sort);
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
