// not by expect: tens of thousands of comparisons are most of the time of a run
import { deepStrictEqual, ok } from 'node:assert/strict';
import type { IndexName, Item, Ledger, PageQuery } from '@batchrock/core';
import fc from 'fast-check';
import type { DraftWrite, LedgerModel } from './ledger-model.ts';

/** A ledger that can be let go and opened again, as a process that starts anew does. */
export interface LedgerInHand {
  ledger: Ledger;
  /** Another way to the same ledger. */
  readonly another: () => Promise<Ledger>;
}

type LedgerCommand = fc.AsyncCommand<LedgerModel, LedgerInHand>;

const KEYS = ['a', 'b', 'c', 'd', 'RUN#r-1/PART#00000-1', 'LANE#l'];
const INDEXES: readonly IndexName[] = ['parts', 'open', 'runs'];
const PLACES = ['p', 'q'];
const SORTS = ['1', '10', '2', '3#x'];

class Commit implements LedgerCommand {
  readonly drafts: readonly DraftWrite[];
  constructor(drafts: readonly DraftWrite[]) {
    this.drafts = drafts;
  }
  check(): boolean {
    return true;
  }
  async run(model: LedgerModel, { ledger }: LedgerInHand): Promise<void> {
    const writes = this.drafts.map((draft) => model.write(draft));
    deepStrictEqual(await ledger.commit(writes), model.commit(writes));
    for (const { key } of this.drafts) deepStrictEqual(plain(await ledger.get(key)), plain(model.get(key)));
  }
  toString(): string {
    return `commit(${JSON.stringify(this.drafts)})`;
  }
}

class Walk implements LedgerCommand {
  readonly query: PageQuery;
  constructor(query: PageQuery) {
    this.query = query;
  }
  check(): boolean {
    return true;
  }
  async run(model: LedgerModel, { ledger }: LedgerInHand): Promise<void> {
    const { index, at, after } = this.query;
    const items = await itemsAt(ledger, this.query);
    const keys = model.keysAt(index, at, after);
    deepStrictEqual(
      items.map((item) => item.key),
      keys,
    );
    deepStrictEqual(
      items.map(plain),
      keys.map((key) => plain(model.get(key))),
    );
  }
  toString(): string {
    return `walk(${JSON.stringify(this.query)})`;
  }
}

class Reopen implements LedgerCommand {
  check(): boolean {
    return true;
  }
  async run(model: LedgerModel, hand: LedgerInHand): Promise<void> {
    hand.ledger = await hand.another();
    for (const key of KEYS) deepStrictEqual(plain(await hand.ledger.get(key)), plain(model.get(key)));
  }
  toString(): string {
    return 'reopen()';
  }
}

/** Mostly small: what makes a body large has tests of its own. */
const body = fc.oneof(
  { weight: 3, arbitrary: fc.oneof(fc.string(), fc.integer(), fc.constant(null)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
);

const drafts = fc.uniqueArray(
  fc.record({
    key: fc.constantFrom(...KEYS),
    kind: fc.constantFrom('put', 'put', 'put', 'check', 'remove'),
    expects: fc.oneof(
      { weight: 9, arbitrary: fc.constant('right' as const) },
      { weight: 1, arbitrary: fc.constantFrom('later' as const, 'earlier' as const, 'absent' as const) },
    ),
    body,
    indexes: fc.uniqueArray(
      fc.record({ index: fc.constantFrom(...INDEXES), at: fc.constantFrom(...PLACES), sort: fc.constantFrom(...SORTS) }),
      { maxLength: 3, selector: (place) => place.index },
    ),
  }),
  { minLength: 1, maxLength: 6, selector: (write) => write.key },
);

const query = fc.record(
  {
    index: fc.constantFrom(...INDEXES),
    at: fc.constantFrom(...PLACES),
    limit: fc.integer({ min: 1, max: 4 }),
    after: fc.constantFrom(...SORTS),
  },
  { requiredKeys: ['index', 'at'] },
);

/** What may be done with a ledger: most of it commits, most of them with versions that hold. */
export const ledgerCommands: fc.Arbitrary<fc.AsyncCommand<LedgerModel, LedgerInHand>>[] = [
  drafts.map((each) => new Commit(each)),
  drafts.map((each) => new Commit(each)),
  query.map((each) => new Walk(each)),
  fc.constant(new Reopen()),
];

/** At the end the whole ledger is what the model is. */
export async function compareAll(model: LedgerModel, ledger: Ledger): Promise<void> {
  for (const key of KEYS) deepStrictEqual(plain(await ledger.get(key)), plain(model.get(key)));
  for (const index of INDEXES) {
    for (const at of PLACES) {
      const items = await itemsAt(ledger, { index, at });
      deepStrictEqual(
        items.map((item) => item.key),
        model.keysAt(index, at),
      );
    }
  }
}

/** Every item at a place, page by page. */
export async function itemsAt(ledger: Ledger, asked: PageQuery): Promise<Item<unknown>[]> {
  const items: Item<unknown>[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.page(cursor === undefined ? asked : { ...asked, cursor });
    ok(page.items.length <= (asked.limit ?? 100), `a page of ${page.items.length}`);
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}

/** An item with its places in one order: a ledger keeps them in none. */
export function plain(item: Item<unknown> | undefined): Item<unknown> | undefined {
  return item && { ...item, indexes: [...item.indexes].sort((a, b) => (a.index < b.index ? -1 : 1)) };
}
