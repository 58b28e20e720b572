import { StateError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { usedBefore } from './broken-part.ts';
import { hasShut, isDenied } from './denied-jobs.ts';
import type { RetrySelection, RunBody } from './document.ts';
import { loadPart, loadParts, loadRun, partsOf } from './load.ts';
import { transactOrder } from './orders.ts';
import type { RunPorts } from './ports.ts';
import { wantsAnother, wasCutShort } from './settle.ts';
import { recordEvent } from './transact.ts';

/**
 * Lets a stopped, stopping, blocked or paused run go on: what was never sent is sent, and what a stopped job left undone goes into
 * the next generation, for which an attempt is added if none is left and no other record has one. A run that goes on already is left alone,
 * but for a Region that its jobs were denied in, which gets jobs again. Throws `BR-E0207` for a run that is being prepared or has ended.
 */
export function resumeRun(ports: RunPorts, id: string, o?: CallOptions): Promise<RunBody> {
  return transactOrder(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, o);
      const { state, blocked, paused, attempt, maxAttempts } = run.body;
      const isOn = state === 'running' && !blocked && !paused;
      if (isOn && !(await hasShutRegion(ports, run.body, o))) return { writes: [], result: run.body, order: run.body };
      if (state === 'preparing' || state === 'ended') {
        const hint = state === 'ended' ? `batchrock retry ${id} sends failed rows again` : 'give the same run command again';
        throw new StateError(
          'BR-E0207',
          `run ${id} cannot be resumed: it ${state === 'ended' ? 'has ended' : 'is being prepared'}`,
          {
            details: { run: id, state },
            hint,
          },
        );
      }
      const parts = await loadParts(ports.ledger, run.body, o);
      const generation = parts.filter((part) => part.attempt === attempt);
      const cutShort = (state !== 'running' && wasCutShort(generation)) || isBeingStopped(run.body, generation);
      const addsAttempt = cutShort && !(await isNextDecided(ports, run.body, o));
      const change: Partial<RunBody> = {
        state: 'running',
        blocked: undefined,
        paused: undefined,
        stopMode: undefined,
        ...(parts.some(isDenied) && { permits: (run.body.permits ?? 0) + 1 }),
        maxAttempts: addsAttempt
          ? generation.reduce((most, part) => Math.max(most, usedBefore(part) + 2), maxAttempts)
          : maxAttempts,
      };
      const writes = recordEvent(ports, run, { kind: 'resumed' }, change);
      const next = { ...run.body, ...change, seq: run.body.seq + 1 };
      return { writes, result: next, order: next };
    },
    o,
  );
}

/**
 * True when the next generation may have been begun before the run was stopped: then its records are those that had an attempt left at
 * the time. Another attempt would put others into the same objects, over those that a process which stands still may yet write.
 */
async function isNextDecided(ports: RunPorts, run: RunBody, o?: CallOptions): Promise<boolean> {
  const generation: PartBody[] = [];
  for (const ref of partsOf(run)) {
    if (ref.attempt !== run.attempt) continue;
    const { body } = await loadPart(ports.ledger, ref, o);
    if (body.state !== 'collected') return false;
    generation.push(body);
  }
  return wantsAnother(run, generation);
}

/** True for a run that goes on without one of its Regions, whose jobs are denied there. */
async function hasShutRegion({ ledger }: RunPorts, run: RunBody, o?: CallOptions): Promise<boolean> {
  return run.elsewhere !== undefined && hasShut(run, await loadParts(ledger, run, o));
}

/** True when the service was asked to stop jobs of the generation, and nobody has seen yet what became of them. */
function isBeingStopped({ state, stopMode }: RunBody, generation: readonly PartBody[]): boolean {
  return state === 'stopping' && stopMode === 'stop' && generation.some((part) => part.state === 'submitted');
}

/** What `retry` sends again, and how often at most. */
export interface RetryOptions extends CallOptions, RetrySelection {
  /** Attempts beyond those that the run has used; default 1. */
  readonly extraAttempts?: number;
}

/**
 * Sends failed records of an ended run again. Only says so in the ledger; `settleRun` builds the generation, and can do
 * so again after a crash. Throws `BR-E0204` for a run that has not ended.
 */
export function retryRun(ports: RunPorts, id: string, o: RetryOptions = {}): Promise<RunBody> {
  return transactOrder(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, o);
      if (run.body.state !== 'ended') {
        throw new StateError('BR-E0204', `run ${id} is ${run.body.state}; only a run that has ended can be retried`, {
          details: { run: id },
        });
      }
      const change: Partial<RunBody> = {
        state: 'running',
        endedAt: undefined,
        maxAttempts: run.body.attempt + (o.extraAttempts ?? 1),
        retrySelection: { ...(o.codes && { codes: o.codes }), ...(o.all && { all: true }) },
      };
      const writes = recordEvent(ports, run, { kind: 'resumed', message: 'retry' }, change);
      const next = { ...run.body, ...change, seq: run.body.seq + 1 };
      return { writes, result: next, order: next };
    },
    o,
  );
}
