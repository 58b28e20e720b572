import { createHash } from 'node:crypto';
import type { Ledger } from '@batchrock/core';
import type { NotifyTarget } from './target.ts';

const SCHEMA = 'notified/1';

/**
 * Whether a target was told of an event of a run. Only the process that holds the run's lock tells, so a mark is read, the target is
 * told, and the mark is written: killed in between, the next process tells it once more.
 */
export async function wasTold(ledger: Ledger, run: string, event: string, target: NotifyTarget): Promise<boolean> {
  return (await ledger.get(keyOf(run, event, target))) !== undefined;
}

/** Notes that it was. */
export async function noteTold(ledger: Ledger, run: string, event: string, target: NotifyTarget, at: number): Promise<void> {
  const put = { key: keyOf(run, event, target), schema: SCHEMA, body: { run, event, at }, indexes: [] };
  // what is there already says the same
  await ledger.commit([{ put, expect: 'absent' }]);
}

/** The ledger does not know the address of a webhook. */
function keyOf(run: string, event: string, target: NotifyTarget): string {
  const address = target.kind === 'webhook' ? target.url : target.arn;
  return `RUN#${run}/TOLD#${event}#${createHash('sha256').update(address).digest('hex').slice(0, 16)}`;
}
