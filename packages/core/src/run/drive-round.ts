import type { ServiceError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { pollAbandoned } from './abandoned.ts';
import type { CollectPool } from './collect-pool.ts';
import { dispatchRegions } from './dispatch-regions.ts';
import type { RunBody } from './document.ts';
import { loadParts } from './load.ts';
import type { NewRole } from './new-role.ts';
import type { OnDemandPool } from './on-demand-pool.ts';
import { tendOnDemand } from './on-demand-round.ts';
import { isCrowded } from './others.ts';
import { pollParts } from './poll.ts';
import type { RunPorts } from './ports.ts';
import { settleRun } from './settle.ts';
import { lanesOf } from './sharing.ts';
import type { StepOptions } from './steps.ts';
import { stopJobs } from './stop.ts';
import { pursueIntent } from './submit.ts';
import { sweepLane, sweepSlots } from './sweep.ts';
import { tolerate } from './tolerance.ts';
import { lookForUnseen } from './unseen.ts';
import { isToBeWeighed, weighDenied } from './weigh-denied.ts';

/** What a round needs of its drive. */
export interface DriveRound {
  readonly ports: RunPorts;
  readonly id: string;
  readonly lane: string;
  readonly options: StepOptions;
  readonly pollMs: number;
  readonly sweepMs: number;
  readonly pool: CollectPool;
  readonly onDemand: OnDemandPool;
  /** The last failure that may pass. */
  trouble: unknown;
  sweptAt: number;
  /** Others have slots of the lane, and a part waits for one. */
  isCrowded: boolean;
  /** Absent: nobody waits for a role that may be new. */
  readonly newRole?: NewRole | undefined;
}

/** While the jobs of others keep parts waiting, they are counted so often. */
const CROWDED_POLLS = 4;

/** The run and its parts as they stood when the round began; every step reads again what it decides upon. */
export interface RoundView {
  readonly run: RunBody;
  readonly parts: readonly PartBody[];
}

/**
 * One look at everything that a run has in flight. True when it did something that may let more be done at once: then the
 * next round follows without a pause. A quiet round costs a few reads of the ledger and one List.
 */
export async function driveRound(drive: DriveRound, view: RoundView): Promise<boolean> {
  const { ports, id, lane, options: o } = drive;
  const note = (error: unknown) => {
    drive.trouble = error;
  };
  const step = <T>(what: () => Promise<T>) => tolerate(what, note);
  // a run was adopted, or a job gets on where another one was denied
  if (isToBeWeighed(ports, view) && (await step(() => weighDenied(ports, view, o))) !== undefined) return true;
  let changes = 0;
  let isFull = false;
  let isRoleInDoubt = false;
  const mayBeNewRole = (error: ServiceError, since: number): boolean => {
    isRoleInDoubt = drive.newRole?.mayBe(error, { since, parts: view.parts }, note) ?? false;
    return isRoleInDoubt;
  };
  const regions = view.run.elsewhere;
  const send = { signal: o.signal, run: id, cooldownMs: Math.min(30_000, 4 * drive.pollMs), mayBeNewRole, regions };
  const dispatch = async () => {
    const report = await step(() => dispatchRegions(ports, lane, send));
    changes += report === undefined ? 0 : report.submitted + report.blocked;
    isFull = report?.ended === 'no-slot';
  };
  const watch = { signal: o.signal, onTrouble: note, onSlotFree: dispatch };
  const inState = (state: PartBody['state']) => view.parts.filter((part) => part.state === state);

  const sweepMs = drive.isCrowded ? Math.min(CROWDED_POLLS * drive.pollMs, drive.sweepMs) : drive.sweepMs;
  const isSweepDue = ports.clock.now() - drive.sweptAt >= sweepMs;
  if (isSweepDue) {
    drive.sweptAt = ports.clock.now();
    // the pool collects, beside this loop
    await step(() => sweepLane(ports, lane, { ...send, steps: o.steps, onTrouble: note, collect: false }));
    for (const each of regions ?? [])
      await step(() => sweepSlots(ports, each.lane, { signal: o.signal, run: id, onTrouble: note }));
  }
  const { unseenUntil } = view.run;
  if (unseenUntil !== undefined && (isSweepDue || ports.clock.now() >= unseenUntil)) {
    // one that fails is tried again at the next round, not at once
    if (await step(() => lookForUnseen(ports, id, o))) changes++;
  }
  for (const part of inState('submitting')) {
    const result = await step(() => pursueIntent(ports, part, { ...send, mayCreate: true }));
    if (result !== undefined && result !== 'waiting' && result !== 'kept' && result !== 'quota') changes++;
  }
  changes += await tendOnDemand(ports, { ...view, pool: drive.onDemand, step, note }, o);
  // one part is enough to ask by
  if (inState('ready').length > 0 && !isRoleInDoubt) await dispatch();
  drive.isCrowded = false;
  for (const key of isFull ? lanesOf(view.run) : []) {
    changes += (await step(() => pollAbandoned(ports, key, id, watch))) ?? 0;
    if (await step(() => isCrowded(ports, key, o))) drive.isCrowded = true;
  }
  await step(() => stopJobs(ports, view.run, o));
  const ended = await pollParts(ports, inState('submitted'), watch);
  changes += ended;
  const parts = ended === 0 ? view.parts : ((await step(() => loadParts(ports.ledger, view.run, o))) ?? view.parts);
  for (const part of parts) if (part.state === 'ended') drive.pool.offer(part);
  drive.pool.check(note);
  const settled = maySettle(view) ? await step(() => settleRun(ports, id, o)) : 'open';
  return changes > 0 || (settled !== undefined && settled !== 'open') || isSweepDue;
}

/** Whether it is worth asking: a generation settles when all of it is collected, a stopping run when nothing of it is left. */
function maySettle({ run, parts }: RoundView): boolean {
  return run.state === 'stopping' || parts.every((part) => part.state === 'collected');
}
