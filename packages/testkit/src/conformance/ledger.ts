import type { IndexEntry, Item, Ledger, NewItem, PageQuery, Write } from '@batchrock/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerModel } from './ledger-model.ts';

/** A ledger under test and how to let go of it. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/** What every ledger must do. Each implementation runs this in a test file of its own, over a new ledger each time. */
export function describeLedger(name: string, create: () => Promise<LedgerUnderTest>): void {
  describe(`the ledger: ${name}`, () => {
    let under: LedgerUnderTest;
    let ledger: Ledger;

    beforeEach(async () => {
      under = await create();
      ledger = under.ledger;
    });
    afterEach(() => under.close());

    it('has no item that was never put', async () => {
      expect(await ledger.get('RUN#none')).toBeUndefined();
      expect(await ledger.page({ index: 'runs', at: 'all' })).toEqual({ items: [] });
    });

    it('gives back what was put, with versions that count from 1', async () => {
      const body = { text: 'zażółć 🦉 "quoted"\n', nested: [1, null, { deep: true }], zero: 0 };
      const item: NewItem = { key: 'a', schema: 'test/1', body, indexes: [entry('runs', 'all', '1')] };
      expect(await ledger.commit([{ put: item, expect: 'absent' }])).toBe('done');
      expect(await ledger.get('a')).toEqual({ ...item, version: 1 });
      expect(await ledger.commit([{ put: { ...item, body: 2 }, expect: 1 }])).toBe('done');
      expect(await ledger.get('a')).toEqual({ ...item, body: 2, version: 2 });
    });

    it('drops properties that are undefined, as JSON does', async () => {
      await ledger.commit([put('a', 'absent', { body: { kept: 1, gone: undefined } as never })]);
      expect((await ledger.get('a'))?.body).toStrictEqual({ kept: 1 });
    });

    it('hands out copies: changing one changes nothing in the ledger', async () => {
      await ledger.commit([put('a', 'absent', { body: { list: [1] } })]);
      const read = (await ledger.get('a')) as Item<{ list: number[] }>;
      read.body.list.push(2);
      expect((await ledger.get('a'))?.body).toEqual({ list: [1] });
    });

    it('writes all or nothing, and names every key that is stale', async () => {
      await ledger.commit([put('a', 'absent'), put('b', 'absent')]);
      const writes = [put('a', 1), put('b', 2), put('c', 'absent'), put('d', 7)];
      expect(await ledger.commit(writes)).toEqual({ stale: ['b', 'd'] });
      expect((await ledger.get('a'))?.version).toBe(1);
      expect(await ledger.get('c')).toBeUndefined();
    });

    it('refuses to put a key that must be absent, and one that must be there', async () => {
      await ledger.commit([put('a', 'absent')]);
      expect(await ledger.commit([put('a', 'absent')])).toEqual({ stale: ['a'] });
      expect(await ledger.commit([put('b', 1)])).toEqual({ stale: ['b'] });
    });

    it('checks a key without changing it', async () => {
      await ledger.commit([put('a', 'absent')]);
      expect(await ledger.commit([{ check: 'a', expect: 1 }, put('b', 'absent')])).toBe('done');
      expect((await ledger.get('a'))?.version).toBe(1);
      expect(await ledger.commit([{ check: 'a', expect: 'absent' }, put('c', 'absent')])).toEqual({ stale: ['a'] });
      expect(await ledger.commit([{ check: 'x', expect: 'absent' }, put('c', 'absent')])).toBe('done');
    });

    it('removes an item with its places in the indexes; the key begins at version 1 again', async () => {
      const indexes = [entry('runs', 'all', '1')];
      await ledger.commit([put('a', 'absent', { indexes })]);
      expect(await ledger.commit([{ remove: 'a', expect: 2 }])).toEqual({ stale: ['a'] });
      expect(await ledger.commit([{ remove: 'a', expect: 1 }])).toBe('done');
      expect(await keysAt(ledger, { index: 'runs', at: 'all' })).toEqual([]);
      await ledger.commit([put('a', 'absent', { indexes })]);
      expect((await ledger.get('a'))?.version).toBe(1);
    });

    it('moves an item in its indexes with the commit that changes it', async () => {
      await ledger.commit([put('a', 'absent', { indexes: [entry('open', 'lane#ready', '1'), entry('parts', 'r', '1')] })]);
      await ledger.commit([put('a', 1, { indexes: [entry('open', 'lane#ended', '1'), entry('parts', 'r', '1')] })]);
      expect(await keysAt(ledger, { index: 'open', at: 'lane#ready' })).toEqual([]);
      expect(await keysAt(ledger, { index: 'open', at: 'lane#ended' })).toEqual(['a']);
      expect(await keysAt(ledger, { index: 'parts', at: 'r' })).toEqual(['a']);
    });

    it('pages in the order of sort, then key, without gap or repetition', async () => {
      for (const [key, sort] of [
        ['d', '2'],
        ['a', '2'],
        ['c', '1'],
        ['b', '10'],
        ['e', '3'],
      ] as const) {
        await ledger.commit([put(key, 'absent', { indexes: [entry('parts', 'r', sort)] })]);
      }
      await ledger.commit([put('other', 'absent', { indexes: [entry('parts', 'r2', '0'), entry('runs', 'r', '0')] })]);
      for (const limit of [1, 2, 3, 5, 100]) {
        expect(await keysAt(ledger, { index: 'parts', at: 'r', limit })).toEqual(['c', 'b', 'a', 'd', 'e']);
      }
      expect(await keysAt(ledger, { index: 'parts', at: 'r', after: '2', limit: 1 })).toEqual(['e']);
      expect(await keysAt(ledger, { index: 'parts', at: 'r', after: '1', limit: 1 })).toEqual(['b', 'a', 'd', 'e']);
    });

    it('gives no cursor on the last page', async () => {
      await ledger.commit([
        put('a', 'absent', { indexes: [entry('runs', 'all', '1')] }),
        put('b', 'absent', { indexes: [entry('runs', 'all', '1')] }),
      ]);
      expect((await ledger.page({ index: 'runs', at: 'all', limit: 2 })).cursor).toBeUndefined();
      expect((await ledger.page({ index: 'runs', at: 'all', limit: 1 })).cursor).toBeDefined();
    });

    it('takes 20 writes and no more, and no key twice', async () => {
      const many = (count: number) => Array.from({ length: count }, (_, i) => put(`k${i}`, 'absent'));
      await expect(ledger.commit(many(21))).rejects.toMatchObject({ kind: 'invariant' });
      await expect(ledger.commit([])).rejects.toMatchObject({ kind: 'invariant' });
      await expect(ledger.commit([put('a', 'absent'), put('a', 'absent')])).rejects.toMatchObject({ kind: 'invariant' });
      expect(await ledger.get('k0')).toBeUndefined();
      expect(await ledger.commit(many(20))).toBe('done');
    });

    it('does nothing for a caller who has cancelled', async () => {
      const signal = AbortSignal.abort();
      await expect(ledger.commit([put('a', 'absent')], { signal })).rejects.toMatchObject({ kind: 'cancelled' });
      await expect(ledger.get('a', { signal })).rejects.toMatchObject({ kind: 'cancelled' });
      await expect(ledger.page({ index: 'runs', at: 'all' }, { signal })).rejects.toMatchObject({ kind: 'cancelled' });
      expect(await ledger.get('a')).toBeUndefined();
    });

    it('has one winner among writers of the same version', async () => {
      await ledger.commit([put('a', 'absent')]);
      const results = await Promise.all(Array.from({ length: 25 }, (_, i) => ledger.commit([put('a', 1, { body: i })])));
      expect(results.filter((result) => result === 'done')).toHaveLength(1);
      expect((await ledger.get('a'))?.version).toBe(2);
    });

    it('behaves as a map of versions does, whatever is committed', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(commitArbitrary, { maxLength: 25 }), async (commits) => {
          const fresh = await create();
          try {
            const model = new LedgerModel();
            for (const drafts of commits) {
              const writes = drafts.map((draft) => model.write(draft));
              expect(await fresh.ledger.commit(writes)).toEqual(model.commit(writes));
              for (const key of KEYS) expect(await fresh.ledger.get(key)).toEqual(model.get(key));
              for (const at of PLACES) {
                expect(await keysAt(fresh.ledger, { index: 'parts', at, limit: 2 })).toEqual(model.keysAt('parts', at));
              }
            }
          } finally {
            await fresh.close();
          }
        }),
        // the one key that an assignment would lose
        {
          numRuns: 60,
          examples: [[[[{ key: 'a', kind: 'put', isRight: true, body: JSON.parse('{"__proto__":[]}'), indexes: [] }]]]],
        },
      );
    });
  });
}

const KEYS = ['a', 'b', 'c', 'd'];
const PLACES = ['p', 'q'];

/** Writes of one commit: different keys, most of them expecting the version that is there. */
const commitArbitrary = fc.uniqueArray(
  fc.record({
    key: fc.constantFrom(...KEYS),
    kind: fc.constantFrom('put', 'put', 'put', 'check', 'remove'),
    isRight: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    body: fc.jsonValue({ maxDepth: 2 }),
    indexes: fc.uniqueArray(
      fc.record({ index: fc.constant('parts' as const), at: fc.constantFrom(...PLACES), sort: fc.constantFrom('1', '2', '3') }),
      { maxLength: 2, selector: (place) => place.at },
    ),
  }),
  { minLength: 1, maxLength: 4, selector: (write) => write.key },
);

function put(key: string, expect: number | 'absent', item: Partial<NewItem> = {}): Write {
  return { put: { key, schema: 'test/1', body: {}, indexes: [], ...item }, expect };
}

function entry(index: IndexEntry['index'], at: string, sort: string): IndexEntry {
  return { index, at, sort };
}

async function keysAt(ledger: Ledger, query: PageQuery): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.page(cursor === undefined ? query : { ...query, cursor });
    expect(page.items.length).toBeLessThanOrEqual(query.limit ?? 100);
    keys.push(...page.items.map((item) => item.key));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return keys;
}
