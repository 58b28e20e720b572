import {
  type CallOptions,
  type CommitResult,
  checkCommit,
  type Item,
  type Key,
  keyOfWrite,
  type Ledger,
  type Page,
  type PageQuery,
  type Write,
} from '@batchrock/core';
import { checkSignal } from './check-signal.ts';
import { hooked, type PortHook } from './hook.ts';

const DEFAULT_PAGE = 100;

/** A ledger in memory: the reference that the other ledgers are compared with. Bodies are copied on the way in and out. */
export class MemoryLedger implements Ledger {
  /** True: as a ledger whose writes are paid for. */
  isMetered = false;
  /** May be changed at any time. */
  hook: PortHook | undefined;
  readonly #items = new Map<Key, Item<unknown>>();
  /** `<index> <at>` to keys with their sort. */
  readonly #indexes = new Map<string, Map<Key, string>>();

  constructor(hook?: PortHook) {
    this.hook = hook;
  }

  async get(key: Key, options: CallOptions = {}): Promise<Item<unknown> | undefined> {
    checkSignal(options);
    return hooked(this.hook, { port: 'ledger', call: 'get', about: key }, () => copy(this.#items.get(key)));
  }

  async page(query: PageQuery, options: CallOptions = {}): Promise<Page<Item<unknown>>> {
    checkSignal(options);
    return hooked(this.hook, { port: 'ledger', call: 'page', about: `${query.index} ${query.at}` }, () => this.#page(query));
  }

  async commit(writes: readonly Write[], options: CallOptions = {}): Promise<CommitResult> {
    checkSignal(options);
    const about = writes.map(keyOfWrite).join(' ');
    return hooked(this.hook, { port: 'ledger', call: 'commit', about }, () => this.#commit(writes));
  }

  /** Every item, in the order of the keys; for checkers. */
  items(): readonly Item<unknown>[] {
    return [...this.#items.keys()].sort().map((key) => copy(this.#items.get(key)) as Item<unknown>);
  }

  /** One item without the hook; for checkers. */
  peek(key: Key): Item<unknown> | undefined {
    return copy(this.#items.get(key));
  }

  #page(query: PageQuery): Page<Item<unknown>> {
    const limit = query.limit ?? DEFAULT_PAGE;
    const entries = [...(this.#indexes.get(`${query.index} ${query.at}`) ?? [])]
      .map(([key, sort]) => ({ key, sort, position: `${sort}\u0000${key}` }))
      .filter((entry) => query.after === undefined || entry.sort > query.after)
      .filter((entry) => query.cursor === undefined || entry.position > query.cursor)
      .sort((a, b) => compare(a.sort, b.sort) || compare(a.key, b.key));
    const shown = entries.slice(0, limit);
    const items = shown.map((entry) => copy(this.#items.get(entry.key)) as Item<unknown>);
    const last = shown.at(-1);
    return entries.length > limit && last !== undefined ? { items, cursor: last.position } : { items };
  }

  #commit(writes: readonly Write[]): CommitResult {
    checkCommit(writes);
    const stale = writes
      .filter((write) => (this.#items.get(keyOfWrite(write))?.version ?? 'absent') !== write.expect)
      .map(keyOfWrite);
    if (stale.length > 0) return { stale };
    for (const write of writes) this.#apply(write);
    return 'done';
  }

  #apply(write: Write): void {
    if ('check' in write) return;
    const key = keyOfWrite(write);
    const before = this.#items.get(key);
    for (const entry of before?.indexes ?? []) this.#indexes.get(`${entry.index} ${entry.at}`)?.delete(key);
    if ('remove' in write) {
      this.#items.delete(key);
      return;
    }
    const item: Item<unknown> = copy({ ...write.put, version: (before?.version ?? 0) + 1 });
    this.#items.set(key, item);
    for (const entry of item.indexes) {
      const place = `${entry.index} ${entry.at}`;
      const keys = this.#indexes.get(place) ?? new Map<Key, string>();
      this.#indexes.set(place, keys.set(key, entry.sort));
    }
  }
}

/** Through JSON, so that what JSON cannot hold is lost here as it would be on a disk. */
function copy<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
