import { loadRun, type RunBody, readOwner, stopRun } from '@batchrock/core';
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
  const { waiting, isAbandoned } = await forget(engine, home, gone);
  if (waiting.length > 0 || body.state === 'stopping') return;
  const wasNeverFollowed = home.followedAt === undefined && ports.clock.now() - home.askedAt > LATEST_FOLLOW_MS;
  if (!isAbandoned && !wasNeverFollowed) return;
  if (await isElsewhere(engine, body)) return;
  log('WARN', 'nobody waits for the run any more, its execution was aborted: it is stopped', { run: home.run });
  await stopRun(ports, home.run, 'stop');
}

/** A run that another ledger has taken over is no longer ours to stop: its jobs are followed there. */
async function isElsewhere({ ports }: TellingEngine, { run, owner }: RunBody): Promise<boolean> {
  if (owner === undefined) return false;
  const now = await readOwner(ports, run);
  return now !== undefined && now.id !== owner;
}

/**
 * Forgets tasks that are gone. What is left then also has those that came meanwhile; that nobody is left is kept in the same step, so
 * that a sweep which is killed here leaves it to the next one to stop the run.
 */
async function forget({ ports }: TellingEngine, home: Home, gone: ReadonlySet<string>): Promise<Home> {
  if (gone.size === 0) return home;
  const after = await changeHome(ports, home.run, (there) => {
    if (there === undefined) return undefined;
    const waiting = there.waiting.filter((token) => !gone.has(token));
    const wasLast = waiting.length === 0 && there.waiting.length > 0;
    return { ...there, waiting, ...(wasLast && { isAbandoned: true }) };
  });
  return after ?? home;
}
