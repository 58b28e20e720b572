import { type CommitResult, type IndexEntry, type Item, type Json, keyOfWrite, type Version, type Write } from '@batchrock/core';

/** A write that does not know yet which version it expects. */
export interface DraftWrite {
  readonly key: string;
  readonly kind: 'put' | 'check' | 'remove';
  /** The version that is there, or one that is not: one too many, the one before, or none at all. */
  readonly expects: 'right' | 'later' | 'earlier' | 'absent';
  readonly body: unknown;
  readonly indexes: readonly IndexEntry[];
}

/** What a ledger is, said as plainly as it can be: a map, and sorted lists made from it. */
export class LedgerModel {
  readonly #items = new Map<string, Item<unknown>>();

  /** The write of a draft, against the items as they are now. */
  write(draft: DraftWrite): Write {
    const version = this.#items.get(draft.key)?.version;
    const expect = expectedBy(draft, version);
    if (draft.kind === 'check') return { check: draft.key, expect };
    if (draft.kind === 'remove' && expect !== 'absent') return { remove: draft.key, expect };
    return { put: { key: draft.key, schema: 'test/1', body: draft.body as Json, indexes: draft.indexes }, expect };
  }

  commit(writes: readonly Write[]): CommitResult {
    const stale = writes.filter((write) => (this.#items.get(keyOfWrite(write))?.version ?? 'absent') !== write.expect);
    if (stale.length > 0) return { stale: stale.map(keyOfWrite) };
    for (const write of writes) {
      if ('remove' in write) this.#items.delete(write.remove);
      if ('put' in write)
        this.#items.set(write.put.key, { ...write.put, version: (this.#items.get(write.put.key)?.version ?? 0) + 1 });
    }
    return 'done';
  }

  /** As JSON would give it back: `-0` is `0`. */
  get(key: string): Item<unknown> | undefined {
    const item = this.#items.get(key);
    return item && (JSON.parse(JSON.stringify(item)) as Item<unknown>);
  }

  /** The keys at a place, in order. */
  keysAt(index: string, at: string, after?: string): string[] {
    const places = [...this.#items.values()].flatMap((item) =>
      item.indexes
        .filter((place) => place.index === index && place.at === at && (after === undefined || place.sort > after))
        .map((place) => ({ key: item.key, sort: place.sort })),
    );
    const order = (place: { key: string; sort: string }) => `${place.sort} ${place.key}`;
    return places.sort((a, b) => (order(a) < order(b) ? -1 : 1)).map((place) => place.key);
  }
}

function expectedBy({ expects }: DraftWrite, version: Version | undefined): Version | 'absent' {
  if (version === undefined) return expects === 'right' || expects === 'absent' ? 'absent' : 3;
  if (expects === 'absent') return 'absent';
  if (expects === 'earlier') return version === 1 ? 'absent' : version - 1;
  return expects === 'right' ? version : version + 1;
}
