import type { PutItemCommandInput, TransactWriteItem, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { type Key, keyOfWrite, type Version, type Write } from '@batchrock/core';
import { checkSizes } from './item-size.ts';
import { type Attributes, attributesOf } from './ledger-item.ts';

/** The transaction of a commit: an item for each write, each under the condition of its version. Throws `BR-E0212`. */
export function transactionOf(table: string, writes: readonly Write[], token: string): TransactWriteItemsCommandInput {
  const items = writes.map((write) => transactItem(table, write, token));
  checkSizes(items.flatMap((item) => (item.Put === undefined ? [] : [item.Put.Item as Attributes])));
  return { TransactItems: items, ClientRequestToken: token };
}

/**
 * The one put of a commit that has nothing else, for half of what a transaction of it costs; undefined for every other commit. Throws
 * `BR-E0212`.
 */
export function singlePutOf(table: string, writes: readonly Write[], token: string): PutItemCommandInput | undefined {
  const [write, ...others] = writes;
  if (write === undefined || others.length > 0 || !('put' in write)) return undefined;
  const put = putOf(table, write, token);
  checkSizes([put.Item]);
  return put;
}

function putOf(table: string, write: Extract<Write, { readonly put: unknown }>, token: string) {
  const version = write.expect === 'absent' ? 1 : write.expect + 1;
  return { TableName: table, ...conditionOf(write.expect), Item: attributesOf(write.put, version, token) };
}

function transactItem(table: string, write: Write, token: string): TransactWriteItem {
  if ('put' in write) return { Put: putOf(table, write, token) };
  const shared = { TableName: table, ...conditionOf(write.expect) };
  const Key = { pk: { S: keyOfWrite(write) } };
  return 'check' in write ? { ConditionCheck: { ...shared, Key } } : { Delete: { ...shared, Key } };
}

function conditionOf(expect: Version | 'absent') {
  if (expect === 'absent') return { ConditionExpression: 'attribute_not_exists(pk)' };
  return { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': { N: String(expect) } } };
}

/** Why a transaction, or a put alone, was not carried out. */
export type Refusal =
  /** These keys have another version. */
  | { readonly kind: 'stale'; readonly keys: readonly Key[] }
  /** Another transaction was under way with one of the items: nothing is known of versions. */
  | { readonly kind: 'conflict' }
  /** The table or one of its partitions is asked too much. */
  | { readonly kind: 'throttled'; readonly message: string }
  /** The transaction of this token is still under way: an answer of ours was lost. */
  | { readonly kind: 'in-progress' }
  | { readonly kind: 'too-large'; readonly message: string };

/** What DynamoDB calls them (API reference, TransactWriteItems, cancellation reasons, 2026-11). */
const THROTTLED = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded', 'RequestLimitExceeded']);

/**
 * Reads why DynamoDB cancelled a transaction or refused a put; undefined for every other error. A condition that did not hold is a stale
 * version whatever else was wrong; a conflict is not.
 */
export function refusalOf(error: unknown, writes: readonly Write[]): Refusal | undefined {
  const {
    name,
    message = '',
    CancellationReasons,
  } = error as {
    readonly name?: string;
    readonly message?: string;
    readonly CancellationReasons?: readonly { readonly Code?: string; readonly Message?: string }[];
  };
  if (name === 'TransactionInProgressException') return { kind: 'in-progress' };
  if (name === 'TransactionConflictException') return { kind: 'conflict' };
  if (name === 'ConditionalCheckFailedException') return { kind: 'stale', keys: writes.map(keyOfWrite) };
  if (name === 'ItemCollectionSizeLimitExceededException') return { kind: 'too-large', message };
  if (name !== 'TransactionCanceledException') return undefined;
  const reasons = CancellationReasons ?? [];
  const stale = writes.filter((_, i) => reasons[i]?.Code === 'ConditionalCheckFailed').map(keyOfWrite);
  if (stale.length > 0) return { kind: 'stale', keys: stale };
  const size = reasons.findIndex(isAboutSize);
  if (size >= 0) return { kind: 'too-large', message: `${keyOfWrite(writes[size]!)}: ${reasons[size]?.Message}` };
  const throttled = reasons.find((reason) => THROTTLED.has(reason.Code ?? ''));
  if (throttled !== undefined) return { kind: 'throttled', message: throttled.Message ?? message };
  return reasons.some((reason) => reason.Code === 'TransactionConflict') ? { kind: 'conflict' } : undefined;
}

function isAboutSize({ Code, Message = '' }: { readonly Code?: string; readonly Message?: string }): boolean {
  return Code === 'ItemCollectionSizeLimitExceeded' || (Code === 'ValidationError' && /item size/i.test(Message));
}
