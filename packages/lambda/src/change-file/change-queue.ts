import { QUEUE_CHANGES, type QueueChange, type ShownQueue } from 'batchrock/queue';
import { Fields } from '../fields/index.ts';
import type { FileEngine } from '../file-engine/index.ts';
import { setQueuePaused } from '../files/index.ts';

/** What is asked of the queue as a whole; undefined where the payload is about a file. Throws `BR-E0112` for keys that are unknown. */
export function parseQueueChange(payload: unknown): QueueChange | undefined {
  const what = (payload as { readonly do?: unknown } | null | undefined)?.do;
  const change = QUEUE_CHANGES.find((each) => each === what);
  if (change !== undefined) new Fields(payload, 'the payload', ['do']);
  return change;
}

/**
 * Pauses a queue or lets it go on, and answers how it is then: of a paused one, files that come are prepared and not sent. Those that are
 * there already are paused one by one. May be done again.
 */
export async function changeQueue({ ports, settings, log }: FileEngine, what: QueueChange): Promise<ShownQueue> {
  log('INFO', `asked: ${what}`);
  const pausedAt = await setQueuePaused(ports, settings.bucket, what === 'pause-queue');
  return { queue: settings.bucket, ...(pausedAt !== undefined && { pausedAt }) };
}
