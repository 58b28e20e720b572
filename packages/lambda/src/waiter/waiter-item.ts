import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Waiter } from './waiter.ts';

/** An item of the table as DynamoDB's API has it. */
export type Item = Record<string, AttributeValue>;

/** A finished waiter is kept so long, for a redrive (Step Functions allows it for 14 days, 2026-11) and for whoever looks back. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** Seconds since the epoch at which DynamoDB may delete an item: the attribute `expiresAt`. */
export function expiryAt(now: number): AttributeValue {
  return { N: String(Math.ceil((now + KEPT_MS) / 1000)) };
}

/** The item of a waiter. Only an awaited one is in the index. */
export function itemOf(waiter: Waiter): Item {
  const { refused, state, since, ...rest } = waiter;
  const item: Item = { state: { S: state }, since: { N: String(since) }, expiresAt: expiryAt(since) };
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    item[name] = typeof value === 'number' ? { N: String(value) } : { S: value };
  }
  if (refused !== undefined) item['refused'] = { M: { error: { S: refused.error }, cause: { S: refused.cause } } };
  return state === 'open' ? { ...item, open: { S: 'open' } } : item;
}

/** Reads an item back. */
export function waiterFrom(item: Item): Waiter {
  const optional = { outputBucketOwner: item['outputBucketOwner']?.S, jobArn: item['jobArn']?.S, status: item['status']?.S };
  const refused = item['refused']?.M;
  const goneSince = item['goneSince']?.N;
  return {
    waiter: text(item, 'waiter'),
    batch: text(item, 'batch'),
    index: number(item, 'index'),
    manifestCount: number(item, 'manifestCount'),
    manifestKey: text(item, 'manifestKey'),
    modelId: text(item, 'modelId'),
    outputBucket: text(item, 'outputBucket'),
    timeoutHours: number(item, 'timeoutHours'),
    toleratedFailure: number(item, 'toleratedFailure'),
    attempt: number(item, 'attempt'),
    state: text(item, 'state') as Waiter['state'],
    taskToken: text(item, 'taskToken'),
    jobName: text(item, 'jobName'),
    clientRequestToken: text(item, 'clientRequestToken'),
    since: number(item, 'since'),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...(refused === undefined ? {} : { refused: { error: refused['error']?.S ?? '', cause: refused['cause']?.S ?? '' } }),
    ...(goneSince === undefined ? {} : { goneSince: Number(goneSince) }),
  };
}

function text(item: Item, name: string): string {
  return item[name]?.S ?? '';
}

function number(item: Item, name: string): number {
  return Number(item[name]?.N ?? 0);
}
