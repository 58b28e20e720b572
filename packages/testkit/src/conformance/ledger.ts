import type { IndexEntry, Item, Ledger, NewItem, PageQuery, Write } from '@batchrock/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareAll, itemsAt, type LedgerInHand, ledgerCommands, plain } from './ledger-commands.ts';
import { LedgerModel } from './ledger-model.ts';
import { race } from './ledger-races.ts';

/** A ledger under test and how to let go of it. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** Another way to the same ledger, as another process has it; closed with the first. Default: the same again. */
  another?(): Promise<Ledger>;
  close(): Promise<void>;
}

/** How much is tried. */
export interface LedgerSuiteOptions {
  /** Runs of up to 50 commands against the model; default 1,000. */
  readonly runs?: number;
}

/** Commands of one run, at most. */
const MAX_COMMANDS = 50;

/** What every ledger must do. Each implementation runs this in a test file of its own, over a new ledger each time. */
export function describeLedger(
  name: string,
  create: () => Promise<LedgerUnderTest>,
  { runs = 1_000 }: LedgerSuiteOptions = {},
): void {
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
      const item: NewItem = { key: 'a', schema: 'test/1', body, indexes: [entry('open', 'l', '2'), entry('runs', 'all', '1')] };
      expect(await ledger.commit([{ put: item, expect: 'absent' }])).toBe('done');
      expect(plain(await ledger.get('a'))).toEqual({ ...item, version: 1 });
      expect(await ledger.commit([{ put: { ...item, body: 2 }, expect: 1 }])).toBe('done');
      expect(plain(await ledger.get('a'))).toEqual({ ...item, body: 2, version: 2 });
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

    it('takes no write that not every ledger takes', async () => {
      const twice = [entry('parts', 'r', '1'), entry('parts', 'r', '2')];
      await expect(ledger.commit([put('a', 'absent', { indexes: twice })])).rejects.toMatchObject({ kind: 'invariant' });
      for (const bad of ['', 'a b', 'a\n', 'é']) {
        await expect(ledger.commit([put(bad, 'absent')])).rejects.toMatchObject({ kind: 'invariant' });
        await expect(ledger.commit([{ check: bad, expect: 'absent' }])).rejects.toMatchObject({ kind: 'invariant' });
        for (const place of [entry('parts', bad, '1'), entry('parts', 'r', bad)]) {
          await expect(ledger.commit([put('a', 'absent', { indexes: [place] })])).rejects.toMatchObject({ kind: 'invariant' });
        }
      }
      expect(await ledger.get('a')).toBeUndefined();
    });

    it('keeps every number and string that JSON has, and bodies of 100 KB', async () => {
      const body = [
        5e-324,
        -1.7976931348623157e308,
        0.1,
        '\u0000',
        '\ud800',
        '',
        'x'.repeat(100_000),
        JSON.parse('{"__proto__":[]}'),
      ];
      expect(await ledger.commit([put('a', 'absent', { body: body as never })])).toBe('done');
      expect((await ledger.get('a'))?.body).toStrictEqual(JSON.parse(JSON.stringify(body)));
    });

    it('hands out 100 items a page unless it is asked for less', async () => {
      for (let first = 0; first < 120; first += 20) {
        const place = (i: number) => [entry('events', 'r', String(first + i).padStart(5, '0'))];
        await ledger.commit(Array.from({ length: 20 }, (_, i) => put(`e${first + i}`, 'absent', { indexes: place(i) })));
      }
      const { items, cursor } = await ledger.page({ index: 'events', at: 'r' });
      expect([items.length, typeof cursor]).toEqual([100, 'string']);
      expect(await keysAt(ledger, { index: 'events', at: 'r' })).toEqual(Array.from({ length: 120 }, (_, i) => `e${i}`));
    });

    const others = (count: number): Promise<Ledger[]> =>
      Promise.all(Array.from({ length: count }, () => under.another?.() ?? ledger));

    it('shows what one has committed to whoever reads next', async () => {
      const [other] = await others(1);
      await ledger.commit([put('a', 'absent')]);
      expect((await other!.get('a'))?.version).toBe(1);
      expect(await other!.commit([put('a', 1)])).toBe('done');
      expect((await ledger.get('a'))?.version).toBe(2);
    });

    it('lets exactly one of two writers of an item win each version', async () => race(await others(2), 10));

    it('lets exactly one of twenty processes at one lane win each version', async () => race(await others(20), 1));

    it(`behaves as a map of versions does, whatever is done: ${runs} times up to ${MAX_COMMANDS} commands`, async () => {
      const property = fc.asyncProperty(
        fc.commands(ledgerCommands, { maxCommands: MAX_COMMANDS, size: 'max' }),
        async (commands) => {
          const fresh = await create();
          try {
            const model = new LedgerModel();
            const hand: LedgerInHand = {
              ledger: fresh.ledger,
              another: async () => (await fresh.another?.()) ?? fresh.ledger,
            };
            await fc.asyncModelRun(() => ({ model, real: hand }), commands);
            await compareAll(model, hand.ledger);
          } finally {
            await fresh.close();
          }
        },
      );
      await fc.assert(property, { numRuns: runs });
    });
  });
}

function put(key: string, expect: number | 'absent', item: Partial<NewItem> = {}): Write {
  return { put: { key, schema: 'test/1', body: {}, indexes: [], ...item }, expect };
}

function entry(index: IndexEntry['index'], at: string, sort: string): IndexEntry {
  return { index, at, sort };
}

async function keysAt(ledger: Ledger, query: PageQuery): Promise<string[]> {
  return (await itemsAt(ledger, query)).map((item) => item.key);
}
