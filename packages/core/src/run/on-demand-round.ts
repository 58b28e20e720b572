import type { PartBody } from '../job/index.ts';
import { stopJob } from './adopt.ts';
import { usedBefore } from './broken-part.ts';
import type { RunBody } from './document.ts';
import { maySend } from './intent.ts';
import { loadRun } from './load.ts';
import type { OnDemandPool } from './on-demand-pool.ts';
import { goesOnDemand, isPastDeadline } from './on-demand-rule.ts';
import { beginOnDemand } from './on-demand-steps.ts';
import { transactOrder } from './orders.ts';
import type { RunPorts } from './ports.ts';
import type { StepOptions } from './steps.ts';
import { recordEvent } from './transact.ts';

/** What a round of a drive sees of its run, and how its steps are done. */
export interface OnDemandRound {
  readonly run: RunBody;
  readonly parts: readonly PartBody[];
  readonly pool: OnDemandPool;
  /** Does a step, and lets a passing failure pass. */
  readonly step: <T>(what: () => Promise<T>) => Promise<T | undefined>;
  readonly note: (error: unknown) => void;
}

/**
 * Looks after what goes on demand of a run: begins what is ready, works on what is begun, and at the deadline stops the jobs that are
 * late. How many parts it has brought on.
 */
export async function tendOnDemand(ports: RunPorts, round: OnDemandRound, o: StepOptions): Promise<number> {
  const { run, parts, pool, step } = round;
  let changes = 0;
  for (const part of parts) {
    const isDue = part.state === 'ready' && part.attempt === run.attempt && goesOnDemand(ports, run, part);
    const result = isDue ? await step(() => beginOnDemand(ports, part, o)) : undefined;
    if (result === 'begun' || result === 'blocked') changes++;
  }
  if (maySend(run) && isPastDeadline(ports, run)) await step(() => stopLate(ports, round, o));
  const submitted = parts.filter((part) => part.state === 'submitted');
  for (const part of submitted) if (part.onDemand === true) pool.offer(part, run.owner, run.tail?.concurrency);
  for (const part of parts) if (part.onDemand === true && part.state !== 'submitted') pool.drop(part);
  const isAlone = parts.every((part) => part.onDemand === true || part.state === 'ready' || part.state === 'collected');
  pool.check(round.note, isAlone);
  return changes;
}

/**
 * Stops the jobs that have not ended at the deadline; what they have answered is kept, and what they leave goes on demand in the next
 * attempt. Records that we have kept from their end have not had their attempt, so one is added where none is left.
 */
async function stopLate(ports: RunPorts, { run, parts, step }: OnDemandRound, o: StepOptions): Promise<void> {
  const late = parts.filter((part) => part.state === 'submitted' && part.onDemand !== true && part.jobStatus !== 'Stopping');
  if (late.length === 0) return;
  // a denied job has used none: what counts is how many the records of a part have used, not which generation it is
  const most = late.reduce((attempts, part) => Math.max(attempts, usedBefore(part) + 2), 0);
  if (most > run.maxAttempts) await allowAttempts(ports, run.run, most, o);
  for (const { jobArn } of late) if (jobArn !== undefined) await step(() => stopJob(ports, jobArn, o));
}

function allowAttempts(ports: RunPorts, id: string, most: number, o: StepOptions): Promise<void> {
  return transactOrder<void>(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, o);
      const maxAttempts = Math.max(run.body.maxAttempts, most);
      if (maxAttempts === run.body.maxAttempts) return { writes: [], result: undefined, order: run.body };
      const writes = recordEvent(ports, run, { kind: 'resumed', message: 'late' }, { maxAttempts });
      return { writes, result: undefined, order: { ...run.body, maxAttempts } };
    },
    o,
  );
}
