import { type AskedTail, InputError } from '@batchrock/core';
import type { Question } from './request.ts';

/** How the tail of a run is to go on demand; undefined where it is padded. Throws `BR-E0112` for bounds of a tail that does not. */
export function askedTail({ tail, tailConcurrency, deadlineMs }: Question): AskedTail | undefined {
  if (tail === undefined) {
    const option = tailConcurrency === undefined ? '--deadline' : '--tail-concurrency';
    if ((tailConcurrency ?? deadlineMs) === undefined) return undefined;
    throw new InputError('BR-E0112', `${option} is for what goes on demand, and --tail on-demand is not given`, {
      details: { option },
    });
  }
  return {
    ...(tailConcurrency !== undefined && { concurrency: tailConcurrency }),
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
}
