import { type PartBody, partId, type RunBody } from '@batchrock/core';
import type { FileCounts, FileReason, FileStatus } from '../files/index.ts';

/** The last status of a file, and why it is not better. */
export interface Ending {
  readonly status: FileStatus;
  readonly reason?: FileReason;
}

/** How a file ended whose run is at rest: by what became of its records. */
export function howItEnded(run: RunBody, { rows, succeeded }: FileCounts, parts: readonly PartBody[]): Ending {
  if (run.state === 'stopped') {
    const kept = succeeded === 0 ? 'nothing was answered' : 'what was answered is kept';
    return { status: 'Cancelled', reason: { code: 'Cancelled', message: `it was stopped, and ${kept}; resume goes on with it` } };
  }
  if (succeeded === rows) return { status: 'Completed' };
  const job = jobReason(parts);
  if (succeeded > 0) return { status: 'PartiallyCompleted', ...(job !== undefined && { reason: job }) };
  return {
    status: 'Failed',
    reason: job ?? { code: 'NoAnswer', message: `none of the ${rows} records has an answer; the results say why` },
  };
}

/** What Bedrock said of the last job that did not complete. */
function jobReason(parts: readonly PartBody[]): FileReason | undefined {
  const [last] = parts
    .filter(({ jobStatus, jobMessage }) => jobMessage !== undefined && jobStatus !== undefined && jobStatus !== 'Completed')
    .toSorted((a, b) => b.attempt - a.attempt || b.part - a.part);
  if (last?.jobStatus === undefined || last.jobMessage === undefined) return undefined;
  return { code: last.jobStatus, message: `job of part ${partId(last.attempt, last.part)}: ${last.jobMessage}` };
}
