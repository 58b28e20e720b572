import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type IndexEntry,
  type IndexName,
  type Item,
  isBatchrockError,
  type NewItem,
  StateError,
  UNREADABLE,
  type Version,
} from '@batchrock/core';
import { unitsOf } from './item-size.ts';

/**
 * The layout of the one table. An item of the ledger is an item of the table, whatever it is:
 *
 * | attribute | type | holds |
 * |---|---|---|
 * | `pk` | S | its key, such as `RUN#r-0000000001/PART#00007-1`: the partition key, and there is no sort key |
 * | `v` | N | its version |
 * | `schema` | S | `part/1` and the like |
 * | `body` | S | its body as JSON: what JSON holds comes back bit by bit, which a map of DynamoDB's numbers does not promise |
 * | `packed` | B | in place of `body` where that makes the item cheaper to write: the same text, deflated; never of a file of a queue |
 * | `by` | S | the token of the commit that wrote it, so that a commit whose answer was lost can be told from another's |
 * | `<index>At` | S | only where the item has a place in that index: `at` |
 * | `<index>Sort` | S | beside it: `sort`, a blank and the key, so that the index has the order of the port |
 *
 * Each index of the port is a global secondary index of its name over `<index>At` and `<index>Sort`, with all attributes;
 * an item without them is not in it. A commit of n writes is a transaction of n items, and DynamoDB keeps the indexes.
 */
export type Attributes = Record<string, AttributeValue>;

/** Every index of the port. */
export const INDEX_NAMES = ['runs', 'parts', 'events', 'open'] as const satisfies readonly IndexName[];

/** The attributes that an index is made of. */
export function indexAttributes(index: IndexName): { readonly at: string; readonly sort: string } {
  return { at: `${index}At`, sort: `${index}Sort` };
}

/** The least `<index>Sort` behind all of those whose `sort` is `after`: a blank comes before every character of a name. */
export function sortBehind(after: string): string {
  return `${after}!`;
}

/** The attributes of an item that a commit writes. */
export function attributesOf(item: NewItem<unknown>, version: Version, token: string): Attributes {
  const attributes: Attributes = {
    pk: { S: item.key },
    v: { N: String(version) },
    schema: { S: item.schema },
    body: { S: JSON.stringify(item.body) },
    by: { S: token },
  };
  for (const place of item.indexes) {
    const names = indexAttributes(place.index);
    attributes[names.at] = { S: place.at };
    attributes[names.sort] = { S: `${place.sort} ${item.key}` };
  }
  return unitsOf(attributes) === 1 || isPublished(item) ? attributes : cheaper(attributes);
}

/** A file of a queue is an item that its users read too, with whatever reads a table (docs/batch-queue.md). */
function isPublished({ schema }: NewItem<unknown>): boolean {
  return schema.startsWith('file/');
}

/** Each kilobyte that is begun is paid for with each write, twice in a transaction, and once more in each index. */
function cheaper(attributes: Attributes): Attributes {
  const { body, ...rest } = attributes;
  const packed: Attributes = { ...rest, packed: { B: deflateRawSync(body?.S ?? '') } };
  return unitsOf(packed) < unitsOf(attributes) ? packed : attributes;
}

/** Reads an item back. Throws `BR-E0205` where somebody else has written it. */
export function itemFrom(attributes: Attributes): Item<unknown> {
  const key = attributes['pk']?.S;
  const version = Number(attributes['v']?.N);
  const schema = attributes['schema']?.S;
  const body = attributes['body']?.S ?? attributes['packed']?.B;
  if (key === undefined || !Number.isInteger(version) || schema === undefined || body === undefined) {
    throw new StateError(
      'BR-E0205',
      `the table holds an item that is not of a ledger: ${key ?? JSON.stringify(attributes).slice(0, 200)}`,
    );
  }
  return {
    key,
    version,
    schema,
    body: parsed(key, body),
    indexes: INDEX_NAMES.flatMap((index) => placeIn(index, key, attributes)),
  };
}

function parsed(key: string, body: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : inflateRawSync(body).toString());
  } catch (cause) {
    throw new StateError('BR-E0205', `the body of ${key} is no JSON; somebody else has written it`, { cause });
  }
}

/** The same for a page, where one item that cannot be read must not keep anybody from the others. */
export function hintFrom(attributes: Attributes): Item<unknown> {
  try {
    return itemFrom(attributes);
  } catch (error) {
    const key = attributes['pk']?.S;
    if (key === undefined || !isBatchrockError(error)) throw error;
    return { key, version: Number(attributes['v']?.N), schema: UNREADABLE, body: {}, indexes: [] };
  }
}

function placeIn(index: IndexName, key: string, attributes: Attributes): IndexEntry[] {
  const names = indexAttributes(index);
  const at = attributes[names.at]?.S;
  const sort = attributes[names.sort]?.S;
  return at === undefined || sort === undefined ? [] : [{ index, at, sort: sort.slice(0, -key.length - 1) }];
}
