import { type Key, type Ledger, type NewItem, StateError } from '@batchrock/core';

/** A queue as a whole: item `QUEUE#<bucket>`, schema `queue/1`. There once it was paused. */
export interface QueueBody {
  /** Its bucket. */
  readonly queue: string;
  /** Files that are put there since are not sent. Milliseconds since the epoch; absent: it goes on. */
  readonly pausedAt?: number;
}

const SCHEMA = 'queue/1';

/** The key of a queue's item. */
export function queueKey(queue: string): Key {
  return `QUEUE#${queue}`;
}

/** A queue as an item, found by its key alone. */
export function queueItem(body: QueueBody): NewItem<QueueBody> {
  return { key: queueKey(body.queue), schema: SCHEMA, body, indexes: [] };
}

/** Since when a queue is paused, strongly consistent; undefined where it is not. Throws `BR-E0205` for what another version wrote. */
export async function queuePausedAt({ ledger }: { readonly ledger: Ledger }, queue: string): Promise<number | undefined> {
  const item = await ledger.get(queueKey(queue));
  if (item === undefined) return undefined;
  if (item.schema === SCHEMA) return (item.body as QueueBody).pausedAt;
  throw new StateError('BR-E0205', `${item.key} has schema ${item.schema}; this version reads ${SCHEMA}`);
}
