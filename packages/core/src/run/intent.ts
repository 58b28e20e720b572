import { InvariantError, invariant } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { decide, evolve, laneOfJob, type RegionLane } from '../job/index.ts';
import { freeSlots, holdSlot, releaseSlot } from '../lane/index.ts';
import type { BatchServiceFacts, CallOptions, Write } from '../ports/index.ts';
import { addOpen, askBudget, describeCeiling } from './budget.ts';
import type { RunBody } from './document.ts';
import { nameItem } from './items.ts';
import { ledgerKeys } from './keys.ts';
import { findName, type Loaded, loadLane, loadPart, loadRun, type PartRef, putLane, putPart, putRun } from './load.ts';
import type { RunPorts } from './ports.ts';
import { recordEvent, recordStep, transact } from './transact.ts';

/**
 * How old an intent is, as far as it matters.
 *
 * `trusted`: the token is surely remembered, so Create may be repeated. `waiting`: a Create of it may still be under way,
 * or be in the service and not yet in List. `settled`: nothing that was sent for it can make a job any more, and a job
 * that was made is in List, so a look that finds nothing proves that there is none.
 */
export type IntentPhase = 'trusted' | 'waiting' | 'settled';

/**
 * The phase of an intent. Creates are sent until `since + tokenTrustMs` by the clock of their sender, are refused by the
 * service `signatureMs` later, and what they made is in List after another `listSettleMs`. The trust window counts twice,
 * since two clocks may differ by as much. An intent from the future is never settled: one of the clocks is wrong.
 */
export function intentPhase(facts: BatchServiceFacts, since: number, now: number): IntentPhase {
  const age = now - since;
  if (age >= 0 && age <= facts.tokenTrustMs) return 'trusted';
  return age >= 2 * facts.tokenTrustMs + facts.signatureMs + facts.listSettleMs ? 'settled' : 'waiting';
}

/** True when parts of the run may be sent. */
export function maySend(run: RunBody): boolean {
  return mayBeSentAgain(run) && run.unseenUntil === undefined;
}

/** True when an intent of the run that has no job yet may be sent once more. */
export function mayBeSentAgain(run: RunBody): boolean {
  return run.state === 'running' && run.blocked === undefined && run.paused === undefined;
}

/**
 * Why no intent was written. `no-budget`: the run's ceiling may hold the job when those in flight have ended. `blocked`: it
 * never will, and the run says so now.
 */
export type NoIntent = 'taken' | 'no-slot' | 'not-running' | 'no-budget' | 'blocked';

/** Where a job is to be created. */
export interface IntentOptions extends CallOptions {
  /** Which of the run's other Regions; default: its own. */
  readonly elsewhere?: RegionLane | undefined;
}

/**
 * Writes the intent to create a part's job: slot, part, name and what is recorded of it in one commit, or nothing. The slot is taken
 * before the job exists, so the ledger never holds fewer than the service counts.
 */
export function writeIntent(ports: RunPorts, ref: PartRef, o: IntentOptions = {}): Promise<PartBody | NoIntent> {
  return transact<PartBody | NoIntent>(
    ports,
    async () => {
      const part = await loadPart(ports.ledger, ref, o);
      const now = ports.clock.now();
      const [event] = decide(part.body, { do: 'intend', elsewhere: o.elsewhere }, now);
      if (event === undefined) return { writes: [], result: 'taken' };
      const run = await loadRun(ports.ledger, ref.run, o);
      const current = run.body.attempt === ref.attempt && ref.part < (run.body.parts[ref.attempt - 1] ?? 0);
      if (!maySend(run.body) || !current) return { writes: [], result: 'not-running' };
      const lane = await loadLane(ports.ledger, o.elsewhere?.lane ?? part.body.lane, o);
      if (freeSlots(lane.body, now) === 0) return { writes: [], result: 'no-slot' };
      const verdict = askBudget(run.body, part.body.records);
      if (verdict === 'wait') return { writes: [], result: 'no-budget' };
      if (verdict === 'reached') return { writes: blockAtCeiling(ports, run, part.body), result: 'blocked' };
      const intended = { ...evolve(part.body, event), ...permitOf(run.body) };
      const happening = { kind: 'submitting', attempt: ref.attempt, part: ref.part } as const;
      return {
        writes: [
          putPart(part, intended),
          putLane(lane, holdSlot(lane.body, { jobName: intended.jobName, ...ref })),
          await claimName(ports, intended, o),
          ...recordStep(ports, run, happening, { change: addOpen(run.body, part.body.records) }),
        ],
        result: intended,
      };
    },
    o,
  );
}

/** Under which permission a job is sent from now on. */
function permitOf({ permits }: RunBody): Pick<PartBody, 'permit'> {
  return permits === undefined ? {} : { permit: permits };
}

/** Nothing of the run is in flight and nothing more of it may be begun: it waits for another ceiling. */
function blockAtCeiling(ports: RunPorts, run: Loaded<RunBody>, part: PartBody): readonly Write[] {
  const { budget } = run.body;
  invariant(budget !== undefined, 'a run without a budget has no ceiling');
  const message = describeCeiling(budget, part.records);
  const blocked = { code: 'BR-E0601', message, at: ports.clock.now() };
  return recordEvent(ports, run, { kind: 'blocked', attempt: part.attempt, part: part.part, message }, { blocked });
}

/** A name that is there already was left by an intent that was withdrawn; it must lead to the same part. */
export async function claimName(ports: RunPorts, part: PartBody, o?: CallOptions): Promise<Write> {
  const { jobName, run, attempt, part: number } = part;
  const known = await findName(ports.ledger, jobName, o);
  if (known === undefined) return { put: nameItem({ jobName, run, attempt, part: number }), expect: 'absent' };
  const same = known.body.run === run && known.body.attempt === attempt && known.body.part === number;
  if (!same)
    throw new InvariantError(`job name ${jobName} belongs to two parts`, { details: { jobName, run, attempt, part: number } });
  return { check: ledgerKeys.name(jobName), expect: known.version };
}

/**
 * Begins another trust window for an intent that is settled and has no job. The intent must still be the one that was
 * looked for, and the run must still be sending; undefined when not.
 */
export function renewIntent(ports: RunPorts, looked: PartBody, o?: CallOptions): Promise<PartBody | undefined> {
  return transact<PartBody | undefined>(
    ports,
    async () => {
      const part = await loadPart(ports.ledger, looked, o);
      const [event] = decide(part.body, { do: 'renew' }, ports.clock.now());
      if (event === undefined || part.body.since !== looked.since) return { writes: [], result: undefined };
      const run = await loadRun(ports.ledger, looked.run, o);
      if (!mayBeSentAgain(run.body)) return { writes: [], result: undefined };
      const renewed = { ...evolve(part.body, event), ...permitOf(run.body) };
      // the run is checked, so that no job is created on an intent that was renewed after a stop
      const check: Write = { check: ledgerKeys.run(looked.run), expect: run.version };
      return { writes: [putPart(part, renewed), check], result: renewed };
    },
    o,
  );
}

/**
 * Gives up an intent that is settled and has no job: the part is ready again and its slot is free, in one commit. Needed
 * where nothing more may be sent (a stopped or blocked run), or its slot would be held for ever.
 */
export function withdrawIntent(ports: RunPorts, looked: PartBody, o?: CallOptions): Promise<boolean> {
  return transact(
    ports,
    async () => {
      const part = await loadPart(ports.ledger, looked, o);
      const [event] = decide(part.body, { do: 'withdraw' }, ports.clock.now());
      if (event === undefined || part.body.since !== looked.since) return { writes: [], result: false };
      const lane = await loadLane(ports.ledger, laneOfJob(part.body), o);
      const run = await loadRun(ports.ledger, looked.run, o);
      const writes = [
        putPart(part, evolve(part.body, event)),
        putLane(lane, releaseSlot(lane.body, part.body.jobName)),
        putRun(run, { ...run.body, ...addOpen(run.body, -part.body.records) }),
      ];
      return { writes, result: true };
    },
    o,
  );
}
