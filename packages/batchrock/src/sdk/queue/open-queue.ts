import { InputError } from '@batchrock/core';
import { stackPlaceOf } from '../../compose/stack-place.ts';
import type { Queue, QueueOptions } from './queue.ts';

/**
 * Opens the queue of a stack. Throws `BR-E0112` where none is named, `BR-E0201` where there is none of the name, `BR-E0120` for a stack of
 * another kind. Close it again.
 */
export async function openQueue(options: QueueOptions = {}): Promise<Queue> {
  const env = options.env ?? process.env;
  const place = stackPlaceOf(options, env);
  if (place === undefined) {
    throw new InputError('BR-E0112', 'the stack of the queue is not given', {
      hint: 'give --stack NAME, or set BATCHROCK_STACK',
    });
  }
  // the AWS SDK takes most of a second to load, and a program may never open a queue
  const { reachQueue } = await import('./reach-queue.ts');
  return reachQueue(place, { ...options, env });
}
