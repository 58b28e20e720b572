import type { Experimental_BatchV4Status as BatchV4Status } from '@ai-sdk/provider';
import { batchStatus } from '../sdk/batch/index.ts';
import type { RunStatus, Session } from '../sdk/index.ts';

/**
 * A run as the AI SDK tells of a batch: `completed` has results to read, also where it was cancelled; `failed` says why nothing more
 * becomes of it. `rawStatus` is the word of `chatCompletionBatch`.
 */
export async function batchView(session: Session, status: RunStatus): Promise<BatchV4Status> {
  const rawStatus = await batchStatus(session, status);
  const isOpen = rawStatus === 'validating' || rawStatus === 'in_progress';
  const hasFailed = rawStatus === 'failed' || rawStatus === 'expired';
  const { rows, succeeded, failed, rejected = 0, blocked } = status;
  return {
    status: isOpen ? 'pending' : hasFailed ? 'failed' : 'completed',
    rawStatus,
    ...(rows !== undefined && {
      requestCounts: {
        total: rows,
        pending: rows - succeeded - failed - rejected,
        completed: succeeded,
        failed: failed + rejected,
      },
    }),
    ...(hasFailed && { error: blocked ?? { message: `the jobs of the batch ${rawStatus}: see its results` } }),
    createdAt: new Date(status.createdAt).toISOString(),
  };
}
