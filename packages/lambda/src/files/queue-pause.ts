import { type RunPorts, transact } from '@batchrock/core';
import { type FileBody, queueItem, queueKey, queuePausedAt } from 'batchrock/queue';

/** From now on files that come into the queue are paused, or none is any more. May be done again. */
export function setQueuePaused(ports: RunPorts, queue: string, isPaused: boolean): Promise<number | undefined> {
  return transact<number | undefined>(ports, async () => {
    const before = await ports.ledger.get(queueKey(queue));
    const pausedAt = await queuePausedAt(ports, queue);
    if ((pausedAt !== undefined) === isPaused) return { writes: [], result: pausedAt };
    const body = { queue, ...(isPaused && { pausedAt: ports.clock.now() }) };
    return { writes: [{ put: queueItem(body), expect: before?.version ?? 'absent' }], result: body.pausedAt };
  });
}

/** True for a file that came into its queue while that was paused. One of before is paused by itself, and may go on by itself. */
export async function cameWhilePaused(ports: Pick<RunPorts, 'ledger'>, { queue, receivedAt }: FileBody): Promise<boolean> {
  const pausedAt = await queuePausedAt(ports, queue);
  return pausedAt !== undefined && receivedAt >= pausedAt;
}
