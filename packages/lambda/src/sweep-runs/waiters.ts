import { loadRun, stopRun } from '@batchrock/core';
import { changeHome, type Home } from '../home/index.ts';
import type { TellingEngine } from '../waiting/index.ts';

/** An execution that has prepared a run follows it within seconds; one that has not by now never will. */
const LATEST_FOLLOW_MS = 30 * 60_000;

/**
 * Says to the tasks that wait for a run that it is on its way, and stops a run that nobody waits for any more: its execution was
 * aborted, or ended before it came to follow it. A run that was told why it cannot go on is left as it is.
 */
export async function beatHeart(engine: TellingEngine, home: Home): Promise<void> {
  const { ports, tasks, log } = engine;
  const { body } = await loadRun(ports.ledger, home.run);
  if (body.state !== 'running' && body.state !== 'stopping') return;
  const gone = new Set<string>();
  for (const token of home.waiting) if ((await tasks.heartbeat(token)) === 'gone') gone.add(token);
  const left = await forget(engine, home, gone);
  if (left > 0 || body.state === 'stopping') return;
  const wasAborted = gone.size > 0;
  const wasNeverFollowed = home.followedAt === undefined && ports.clock.now() - home.askedAt > LATEST_FOLLOW_MS;
  if (!wasAborted && !wasNeverFollowed) return;
  log('WARN', 'nobody waits for the run any more, its execution was aborted: it is stopped', { run: home.run });
  await stopRun(ports, home.run, 'stop');
}

/** Forgets tasks that are gone; how many still wait, also those that came meanwhile. */
async function forget({ ports }: TellingEngine, home: Home, gone: ReadonlySet<string>): Promise<number> {
  if (gone.size === 0) return home.waiting.length;
  const after = await changeHome(ports, home.run, (there) =>
    there === undefined ? undefined : { ...there, waiting: there.waiting.filter((token) => !gone.has(token)) },
  );
  return after?.waiting.length ?? 0;
}
