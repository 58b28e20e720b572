import { type EventBody, eventsSince, findRun, isBatchrockError, isOver, loadParts, type RunBody } from '@batchrock/core';
import type { RunHome } from '../compose/run-home.ts';
import { nodeClock } from '../node/index.ts';
import type { RunStatus } from '../sdk/run-status.ts';
import type { Session } from '../sdk/session.ts';
import { statusOf } from '../sdk/status.ts';
import { deliver } from './deliver.ts';
import { newsOfEnd, notificationOf, type RunEvent } from './notification.ts';
import { noteTold, wasTold } from './told.ts';

/** A run that this process has the lock of. */
export interface ToldRun {
  readonly home: RunHome;
  readonly signal?: AbortSignal | undefined;
}

/** Tells how a run came to rest, or that it waits for somebody; nothing where it goes on. */
export async function tellRest(session: Session, told: ToldRun): Promise<void> {
  await telling(session, told, (run, status) => restOf(session, run, status));
}

/** Tells what keeps a run from going on, or ended its command before anything was sent. */
export async function tellFailure(session: Session, told: ToldRun, error: unknown): Promise<void> {
  const code = isBatchrockError(error) ? error.code : 'BR-E0901';
  if (isBatchrockError(error) && error.kind === 'cancelled') return;
  await telling(session, told, async (run, status, home) => {
    const rest = await restOf(session, run, status);
    if (rest?.news === 'ceiling' || rest?.news === 'blocked') return rest;
    if (home?.refusal !== undefined) return { news: 'refused', id: `refused-${code}-${home.refusal.since}`, code };
    return { news: 'trouble', id: `trouble-${code}-${run.seq}`, code };
  });
}

/** Never throws: what could not be told is a notice, and the run is as it would be. */
async function telling(
  session: Session,
  told: ToldRun,
  find: (run: RunBody, status: RunStatus, home: RunHome | undefined) => Promise<RunEvent | undefined>,
): Promise<void> {
  if (session.notify.length === 0) return;
  try {
    const id = told.home.document.run;
    const run = (await findRun(session.ledger, id))?.body;
    if (run === undefined) return;
    const home = await session.findHome(id);
    const status = await statusOf(session, run, home, true);
    const event = await find(run, status, home);
    if (event !== undefined) await tellEach(session, told, event, status);
  } catch (error) {
    session.notice(`nobody was notified: ${messageOf(error)}`);
  }
}

async function tellEach(session: Session, { home, signal }: ToldRun, event: RunEvent, status: RunStatus): Promise<void> {
  const { ledger, env, notify } = session;
  const profile = home.target.kind === 'local' ? undefined : home.target.profile;
  const at = nodeClock.now();
  const notification = notificationOf(event, { status, at });
  const tell = async (target: (typeof notify)[number]): Promise<void> => {
    if (await wasTold(ledger, status.run, event.id, target)) return;
    try {
      await deliver(target, notification, { clock: nodeClock, env, profile: profile ?? env['AWS_PROFILE'], signal });
    } catch (error) {
      session.notice(`${target.told} was not notified: ${messageOf(error)}`);
      return;
    }
    await noteTold(ledger, status.run, event.id, target, at);
  };
  await Promise.all(notify.map(tell));
}

/** What somebody should know of a run as it stands; undefined: it goes on by itself, or because somebody has paused it. */
async function restOf(session: Session, run: RunBody, status: RunStatus): Promise<RunEvent | undefined> {
  if (run.state === 'ended') return { news: newsOfEnd(status), id: `ended-${run.endedAt ?? 0}` };
  if (run.state === 'stopped') {
    const events = await eventsSince(session, run.run, 0);
    const seq = events.findLast(({ kind }: EventBody) => kind === 'stopped')?.seq ?? 0;
    return { news: run.stopMode === 'abandon' ? 'abandoned' : 'stopped', id: `stopped-${seq}` };
  }
  if (run.blocked === undefined || !isOver({ run, parts: await loadParts(session.ledger, run) })) return undefined;
  const { code, at } = run.blocked;
  return { news: code === 'BR-E0601' ? 'ceiling' : 'blocked', id: `blocked-${at}`, code };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
