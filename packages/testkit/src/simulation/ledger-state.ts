import {
  type CommitResult,
  InvariantError,
  type Item,
  type Key,
  MAX_COMMIT_WRITES,
  type Page,
  type PageQuery,
  type Write,
} from '@batchrock/core';

/** One item as it stood from a moment on; `item` undefined: removed. */
interface Edition {
  readonly since: number;
  readonly version: number;
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
  /** Place to every key that was ever there. */
  readonly #places = new Map<string, Set<Key>>();

  get(key: Key): Item<unknown> | undefined {
    return this.#editions.get(key)?.at(-1)?.item;
  }

  /** Every item now, in the order of first writing. */
  items(): Item<unknown>[] {
    return [...this.#editions.values()].flatMap((editions) => editions.at(-1)?.item ?? []);
  }

  /** An index as it stood at a moment. */
  page(query: PageQuery, asOf: number): Page<Item<unknown>> {
    const place = `${query.index} ${query.at}`;
    const found: { position: string; edition: Edition }[] = [];
    for (const key of this.#places.get(place) ?? []) {
      const edition = this.#editions.get(key)?.findLast((one) => one.since <= asOf);
      const entry = edition?.places.find((one) => one.place === place);
      if (edition === undefined || entry === undefined) continue;
      const position = `${entry.sort}\u0000${key}`;
      if (query.after !== undefined && !(entry.sort > query.after)) continue;
      if (query.cursor !== undefined && !(position > query.cursor)) continue;
      found.push({ position, edition });
    }
    found.sort((a, b) => (a.position < b.position ? -1 : 1));
    const limit = query.limit ?? 100;
    const shown = found.slice(0, limit);
    const items = shown.flatMap((one) => one.edition.item ?? []);
    const last = shown.at(-1);
    return found.length > limit && last !== undefined ? { items, cursor: last.position } : { items };
  }

  /** All writes or none. */
  commit(writes: readonly Write[], now: number): CommitResult {
    checkShape(writes);
    const stale = writes.filter((write) =>
      (this.#editions.get(keyOf(write))?.at(-1) ?? absent).item === undefined
        ? write.expect !== 'absent'
        : this.#editions.get(keyOf(write))!.at(-1)!.version !== write.expect,
    );
    if (stale.length > 0) return { stale: stale.map(keyOf) };
    const changes: Change[] = [];
    for (const write of writes) {
      if ('check' in write) continue;
      const key = keyOf(write);
      const before = this.get(key);
      this.#apply(write, before, now);
      changes.push({ key, before, after: this.get(key) });
    }
    this.onCommit?.(changes);
    this.afterCommit?.();
    return 'done';
  }

  #apply(write: Exclude<Write, { readonly check: Key }>, before: Item<unknown> | undefined, now: number): void {
    const key = keyOf(write);
    const editions = this.#editions.get(key) ?? [];
    this.#editions.set(key, editions);
    if ('remove' in write) {
      editions.push({ since: now, version: 0, item: undefined, places: [] });
      return;
    }
    const version = (before?.version ?? 0) + 1;
    const places = write.put.indexes.map(({ index, at, sort }) => ({ place: `${index} ${at}`, sort }));
    editions.push({ since: now, version, item: frozen({ ...write.put, version }), places });
    for (const { place } of places) {
      const keys = this.#places.get(place) ?? new Set<Key>();
      this.#places.set(place, keys.add(key));
    }
  }
}

const absent: Edition = { since: 0, version: 0, item: undefined, places: [] };

/** The key that a write is about. */
export function keyOf(write: Write): Key {
  if ('put' in write) return write.put.key;
  return 'check' in write ? write.check : write.remove;
}

function checkShape(writes: readonly Write[]): void {
  const keys = new Set(writes.map(keyOf));
  if (writes.length === 0 || writes.length > MAX_COMMIT_WRITES) {
    throw new InvariantError(`a commit takes 1 to ${MAX_COMMIT_WRITES} writes, got ${writes.length}`);
  }
  if (keys.size !== writes.length) throw new InvariantError(`a commit names a key twice: ${writes.map(keyOf).join(', ')}`);
}

/** A copy through JSON, as a disk would keep it, that nobody can change. */
function frozen(item: Item<unknown>): Item<unknown> {
  return JSON.parse(JSON.stringify(item), (_key, value: unknown) => Object.freeze(value)) as Item<unknown>;
}
