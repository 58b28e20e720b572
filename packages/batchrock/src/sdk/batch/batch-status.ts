import { loadParts, loadRun } from '@batchrock/core';
import type { RunStatus } from '../run-status.ts';
import type { Session } from '../session.ts';
import { isAtRest } from '../submit.ts';

/** LangBatch's words for how a batch stands. */
export type BatchStatus = 'validating' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'expired';

/**
 * The word for a run. One that has ended is `completed` where any request was answered, or failed for itself: its results say which.
 * It is `failed` or `expired` where its jobs came to that and nothing was answered, and `failed` where nothing more can be sent.
 */
export async function batchStatus(session: Session, status: RunStatus): Promise<BatchStatus> {
  switch (status.state) {
    case 'preparing':
      return 'validating';
    case 'stopped':
      return 'cancelled';
    case 'stopping':
      return 'in_progress';
    case 'running':
      return (await isAtRest(session, status)) ? 'failed' : 'in_progress';
    case 'ended':
      return status.succeeded > 0 ? 'completed' : endOfJobs(session, status.run);
  }
}

async function endOfJobs(session: Session, run: string): Promise<BatchStatus> {
  const { body } = await loadRun(session.ledger, run);
  const parts = await loadParts(session.ledger, body);
  const ends = new Set(parts.filter((part) => part.attempt === body.attempt).map((part) => part.jobStatus));
  if (ends.has('Completed') || ends.has('PartiallyCompleted')) return 'completed';
  if (ends.has('Failed')) return 'failed';
  return ends.has('Expired') ? 'expired' : 'completed';
}
