import { dispatchLane, eachBody, isOwn, openRunsAt, type RunBody } from '@batchrock/core';
import { reasonOf } from '../failure/index.ts';
import { type TellingEngine, tellWaiting } from './tell.ts';
import { tellFiles } from './tell-files.ts';

/** Gives every free slot of a lane to a part, and tells whoever waits for a run that is refused. */
export async function dispatch(engine: TellingEngine, lane: string): Promise<void> {
  const { ports, log, finishes } = engine;
  const sent = new Set<string>();
  const onTrouble = (error: unknown) => log('WARN', 'a run of the lane cannot be sent', { lane, ...reasonOf(error) });
  const { submitted, blocked, ended } = await dispatchLane(ports, lane, {
    store: ports.objects.uri,
    onTrouble,
    onSubmitted: ({ run }) => sent.add(run),
  });
  log('INFO', `dispatched: ${ended}`, { lane, count: submitted, failed: blocked });
  if (finishes !== undefined) for (const run of sent) await tellFiles({ ...engine, finishes }, run, true);
  if (blocked > 0) await tellBlocked(engine, lane);
}

/** The index may not show yet that a run is blocked: each of ours that is open is asked about itself. */
async function tellBlocked(engine: TellingEngine, lane: string): Promise<void> {
  const { ports, log } = engine;
  for await (const run of eachBody<RunBody>(ports.ledger, { index: 'open', at: openRunsAt(lane) })) {
    if (!isOwn(run, { store: ports.objects.uri })) continue;
    try {
      await tellWaiting(engine, run.run);
    } catch (error) {
      log('ERROR', 'who waits for a run could not be told', { run: run.run, ...reasonOf(error) });
    }
  }
}
