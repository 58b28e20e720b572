/** A value, as far as a ledger has any. */
type Value = Readonly<Record<string, string>>;
/** An item of a table. */
export type Attributes = Readonly<Record<string, Value>>;

/** What a ledger asks of an index. */
export interface IndexQuery {
  readonly index: string;
  readonly at: string;
  /** Items before this sort are not wanted. */
  readonly from?: string;
  /** Nor the one that has it. */
  readonly isBehind: boolean;
  readonly limit: number;
}

/**
 * The items of one table as a ledger lays it out: a partition key `pk`, and an index of each pair of attributes `<index>At` and
 * `<index>Sort`. A look and a put take as long as the logarithm of the number of items, so thousands of parts are no matter.
 */
export class LedgerTable {
  readonly #items = new Map<string, Attributes>();
  /** Sorts of an index at a place, in order, and the keys behind them. */
  readonly #indexes = new Map<string, { readonly sorts: string[]; readonly keys: Map<string, string> }>();

  get(pk: string): Attributes | undefined {
    return this.#items.get(pk);
  }

  put(item: Attributes): void {
    const pk = textOf(item, 'pk');
    this.delete(pk);
    this.#items.set(pk, item);
    for (const [place, sort] of placesOf(item)) {
      const index = this.#indexes.get(place) ?? { sorts: [], keys: new Map() };
      this.#indexes.set(place, index);
      index.sorts.splice(firstFrom(index.sorts, sort), 0, sort);
      index.keys.set(sort, pk);
    }
  }

  delete(pk: string): void {
    const item = this.#items.get(pk);
    if (item === undefined) return;
    this.#items.delete(pk);
    for (const [place, sort] of placesOf(item)) {
      const index = this.#indexes.get(place);
      index?.sorts.splice(firstFrom(index.sorts, sort), 1);
      index?.keys.delete(sort);
    }
  }

  /** The items of a page, in order of their sorts. */
  page({ index, at, from = '', isBehind, limit }: IndexQuery): readonly Attributes[] {
    const { sorts = [], keys } = this.#indexes.get(`${index} ${at}`) ?? {};
    const first = firstFrom(sorts, from);
    const begin = isBehind && sorts[first] === from ? first + 1 : first;
    return sorts.slice(begin, begin + limit).map((sort) => this.#items.get(keys?.get(sort) ?? '') as Attributes);
  }
}

/** The text of an attribute; empty where there is none. */
export function textOf(item: Attributes | undefined, name: string): string {
  return item?.[name]?.['S'] ?? '';
}

function placesOf(item: Attributes): readonly (readonly [place: string, sort: string])[] {
  return Object.keys(item)
    .filter((name) => name.endsWith('At'))
    .map((name) => name.slice(0, -2))
    .map((index) => [`${index} ${textOf(item, `${index}At`)}`, textOf(item, `${index}Sort`)]);
}

/** Where the first text stands that is not below this one: DynamoDB compares bytes, and all of these are ASCII. */
function firstFrom(sorts: readonly string[], from: string): number {
  let [low, high] = [0, sorts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorts[middle] ?? '') < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
