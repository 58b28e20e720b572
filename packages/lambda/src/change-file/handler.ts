import { sayingWhy } from '../failure/index.ts';
import { openFileEngine } from '../file-engine/index.ts';
import type { ShownFile, ShownQueue } from '../files/index.ts';
import { change } from './change.ts';
import { changeQueue, parseQueueChange } from './change-queue.ts';
import { parseChangePayload } from './payload.ts';

const engine = await openFileEngine();

/** Changes what becomes of a file, takes in a new one, or pauses the queue. */
export function handler(payload: unknown): Promise<ShownFile | ShownQueue> {
  return sayingWhy<ShownFile | ShownQueue>(async () => {
    const ofQueue = parseQueueChange(payload);
    return ofQueue === undefined ? change(engine, parseChangePayload(payload)) : changeQueue(engine, ofQueue);
  });
}
