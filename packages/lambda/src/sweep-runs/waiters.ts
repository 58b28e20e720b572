import { type RunBody, readOwner, resumeRun, stopRun } from '@batchrock/core';
import { changeHome, findHome, type Home } from '../home/index.ts';
import type { TellingEngine } from '../waiting/index.ts';

/** An execution that has prepared a run follows it within seconds; one that has not by now never will. */
const LATEST_FOLLOW_MS = 30 * 60_000;

/**
 * How long a run goes on that nobody waits for. A task that had no sign of life for an hour, or whose function was killed, is begun
 * anew under another token, at most five minutes later (`Retry` of the state machine): its run is not to be stopped in between.
 */
const GRACE_MS = 6 * 60_000;

/**
 * Says to the tasks that wait for a run that it is on its way, and stops a run that nobody waits for any more: its execution was
 * aborted, or ended before it came to follow it. A run that was told why it cannot go on is left as it is.
 */
export async function beatHeart(engine: TellingEngine, home: Home, body: RunBody): Promise<void> {
  const { ports, tasks, log } = engine;
  const { run } = home;
  if (body.state !== 'running' && body.state !== 'stopping') return;
  const gone = new Set<string>();
  for (const token of home.waiting) if ((await tasks.heartbeat(token)) === 'gone') gone.add(token);
  const { waiting, abandonedAt, followedAt, askedAt } = await forget(engine, home, gone);
  if (waiting.length > 0 || body.state === 'stopping') return;
  const now = ports.clock.now();
  const isAbandoned = abandonedAt !== undefined && now - abandonedAt >= GRACE_MS;
  const wasNeverFollowed = followedAt === undefined && now - askedAt > LATEST_FOLLOW_MS;
  if (!isAbandoned && !wasNeverFollowed) return;
  if (await isElsewhere(engine, body)) return;
  // the homes came from an index, which may be older than a task that has come
  if (await isAwaited(engine, run)) return;
  log('WARN', 'nobody waits for the run any more, its execution was aborted: it is stopped', { run });
  await stopRun(ports, run, 'stop');
  // a task that came while it was stopped found nothing to wake
  if (await isAwaited(engine, run)) await resumeRun(ports, run);
}

async function isAwaited({ ports }: TellingEngine, run: string): Promise<boolean> {
  return ((await findHome(ports, run))?.waiting.length ?? 0) > 0;
}

/** A run that another ledger has taken over is no longer ours to stop: its jobs are followed there. */
async function isElsewhere({ ports }: TellingEngine, { run, owner }: RunBody): Promise<boolean> {
  if (owner === undefined) return false;
  const now = await readOwner(ports, run);
  return now !== undefined && now.id !== owner;
}

/**
 * Forgets tasks that are gone. What is left then also has those that came meanwhile; since when nobody is left is kept in the same
 * step.
 */
async function forget({ ports, log }: TellingEngine, home: Home, gone: ReadonlySet<string>): Promise<Home> {
  if (gone.size === 0) return home;
  const abandonedAt = ports.clock.now();
  const after = await changeHome(ports, home.run, (there) => {
    if (there === undefined) return undefined;
    const waiting = there.waiting.filter((token) => !gone.has(token));
    const wasLast = waiting.length === 0 && there.waiting.length > 0;
    return { ...there, waiting, ...(wasLast && { abandonedAt }) };
  });
  if (after?.waiting.length === 0) log('INFO', 'nobody waits for the run, it is stopped if that stays so', { run: home.run });
  return after ?? home;
}
