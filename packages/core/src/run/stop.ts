import { StateError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { stopJob } from './adopt.ts';
import type { RunBody, StopMode } from './document.ts';
import { openPartsAt, openSort } from './items.ts';
import { eachBody, loadRun } from './load.ts';
import { stopOnDemand } from './on-demand-steps.ts';
import { transactOrder } from './orders.ts';
import type { RunPorts } from './ports.ts';
import { settleRun } from './settle.ts';
import type { StepOptions } from './steps.ts';
import { tolerate } from './tolerance.ts';
import { recordEvent } from './transact.ts';

/** A later stop may be harder than an earlier one, never softer. */
const HARDNESS: Readonly<Record<StopMode, number>> = { drain: 0, stop: 1, abandon: 2 };

/**
 * Stops a run. From the commit of this on no intent is written for it and no Create is sent again. What is in flight is
 * drained, stopped or left alone, as asked; its outcomes are kept in each case. Returns the run as it stands then; it is
 * `stopped` once no job of it is left. Throws `BR-E0207` while the run is being prepared.
 */
export async function stopRun(ports: RunPorts, id: string, mode: StopMode, o: StepOptions = {}): Promise<RunBody> {
  await transactOrder(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, o);
      const { state, stopMode } = run.body;
      if (state === 'preparing') {
        const hint = 'nothing has been sent; end the process that prepares it';
        throw new StateError('BR-E0207', `run ${id} is still being prepared`, { details: { run: id }, hint });
      }
      const isHarder = state === 'running' || (state === 'stopping' && HARDNESS[mode] > HARDNESS[stopMode ?? 'drain']);
      if (!isHarder) return { writes: [], result: undefined, order: run.body };
      const happening = { kind: mode === 'abandon' ? 'stopped' : 'stopping', message: mode } as const;
      const change = { state: mode === 'abandon' ? 'stopped' : 'stopping', stopMode: mode } as const;
      return { writes: recordEvent(ports, run, happening, change), result: undefined, order: { ...run.body, ...change } };
    },
    // what is stopped costs money: it does not wait for the bucket
    { ...o, mayGoUnwritten: true },
  );
  const { body: stopping } = await loadRun(ports.ledger, id, o);
  // the run says that it stops, so whoever drives or sweeps it asks again for what could not be asked for now
  await tolerate(
    () => stopJobs(ports, stopping, o),
    () => undefined,
  );
  await settleRun(ports, id, o);
  return (await loadRun(ports.ledger, id, o)).body;
}

/**
 * Asks the service to stop every job of a run that is stopped by `stop`; a job that is asked already is left alone. Jobs cost
 * money while they run, so one that cannot be stopped just now does not hold up the others; its failure is thrown at the end.
 */
export async function stopJobs(ports: RunPorts, run: RunBody, o: StepOptions = {}): Promise<void> {
  // nobody else goes on with what is on demand: it ends here, also where jobs are left to themselves
  if (run.tail !== undefined && isHardStop(run)) await stopOnDemand(ports, run, o);
  if (run.state !== 'stopping' || run.stopMode !== 'stop') return;
  const at = openPartsAt(run.lane, 'submitted');
  const failures: unknown[] = [];
  for await (const part of eachBody<PartBody>(ports.ledger, { index: 'open', at, after: openSort(run.run) }, o)) {
    if (part.run !== run.run) break;
    const { jobArn } = part;
    if (jobArn === undefined || part.jobStatus === 'Stopping' || part.onDemand === true) continue;
    await tolerate(
      () => stopJob(ports, jobArn, o),
      (error) => failures.push(error),
    );
  }
  if (failures.length > 0) throw failures[0];
}

function isHardStop({ state, stopMode }: RunBody): boolean {
  return (state === 'stopping' && stopMode === 'stop') || (state === 'stopped' && stopMode === 'abandon');
}
