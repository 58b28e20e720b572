import { StateError } from '../errors/index.ts';
import type { CallOptions } from '../ports/index.ts';
import type { RunBody } from './document.ts';
import { loadRun } from './load.ts';
import { transactOrder } from './orders.ts';
import type { RunPorts } from './ports.ts';
import { recordEvent } from './transact.ts';

/**
 * Pauses a run: from the commit of this on no part of it is sent. Jobs in flight go on and are collected, and what they leave
 * undone is made into the next generation, which waits; a run of which nothing is left to send ends. One that is paused, or is
 * stopping, is left alone. Throws `BR-E0207` for a run that is being prepared or is at rest.
 */
export function pauseRun(ports: RunPorts, id: string, o?: CallOptions): Promise<RunBody> {
  return transactOrder(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, o);
      checkOnItsWay(run.body);
      if (run.body.paused !== undefined || run.body.state === 'stopping')
        return { writes: [], result: run.body, order: run.body };
      const change = { paused: { at: ports.clock.now() } };
      const next: RunBody = { ...run.body, ...change, seq: run.body.seq + 1 };
      return { writes: recordEvent(ports, run, { kind: 'paused' }, change), result: next, order: next };
    },
    // like a stop: what is sent meanwhile costs money
    { ...o, mayGoUnwritten: true },
  );
}

function checkOnItsWay({ run, state }: RunBody): void {
  if (state === 'running' || state === 'stopping') return;
  const how = { preparing: 'is being prepared', stopped: 'is stopped', ended: 'has ended' }[state];
  throw new StateError('BR-E0207', `run ${run} cannot be paused: it ${how}`, {
    details: { run, state },
    hint: 'only a run that is on its way can be paused',
  });
}

/** Ends the pause of a run: its parts may be sent again. A run that is not paused is left alone. */
export function unpauseRun(ports: RunPorts, id: string, o?: CallOptions): Promise<RunBody> {
  return transactOrder(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, o);
      if (run.body.paused === undefined) return { writes: [], result: run.body, order: run.body };
      const { paused: _, ...kept } = run.body;
      const next: RunBody = { ...kept, seq: run.body.seq + 1 };
      return { writes: recordEvent(ports, run, { kind: 'resumed' }, { paused: undefined }), result: next, order: next };
    },
    o,
  );
}
