import { InvariantError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import {
  freeSlots,
  holdSlot,
  type LaneBody,
  newLane,
  nextRun,
  type RunDemand,
  type SlotHolder,
  withQuota,
} from '../lane/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { askBudget } from './budget.ts';
import type { RunBody } from './document.ts';
import { maySend } from './intent.ts';
import { openPartsAt, openRunsAt, openSort } from './items.ts';
import { eachBody, findPart, findRun, loadLane, type PartRef, putLane } from './load.ts';
import { goesOnDemand } from './on-demand-rule.ts';
import type { RunPorts } from './ports.ts';
import { isActive, isOwn, type OwnRuns } from './sharing.ts';
import { type SubmitOptions, submitPart } from './submit.ts';
import { isOfOneRun, tolerate } from './tolerance.ts';
import { transact } from './transact.ts';

/**
 * How slots are given out. Only parts of one's own runs are sent (default: of every run of the lane). A slot whose turn is
 * another's that somebody works on is left to whoever does.
 */
export interface DispatchOptions extends SubmitOptions, OwnRuns {
  /** Jobs to create at most; default: as many as there are slots. */
  readonly most?: number;
  /** Told what keeps a run of several from being sent; the others go on. */
  readonly onTrouble?: (error: unknown) => void;
  /** Told of each part whose job was created. */
  readonly onSubmitted?: (part: PartRef) => void;
}

/** How many jobs were created, and why no more were. */
export interface DispatchReport {
  readonly submitted: number;
  /** Runs that the service refused a job of, or whose ceiling holds no other one, so that nothing more of them is sent. */
  readonly blocked: number;
  readonly ended: 'no-slot' | 'nothing-ready' | 'other-run' | 'throttled' | 'quota' | 'enough';
}

/** Opens a lane, or gives it another limit: how many jobs it may hold at once. */
export function ensureLane(ports: RunPorts, lane: string, limit: number, o?: CallOptions): Promise<LaneBody> {
  return transact(
    ports,
    async () => {
      const before = await loadLane(ports.ledger, lane, o);
      const body = before.version === 'absent' ? withQuota(newLane(lane, limit), limit) : withQuota(before.body, limit);
      const same = before.version !== 'absent' && (before.body.quota ?? before.body.limit) === limit;
      return { writes: same ? [] : [putLane(before, body)], result: same ? before.body : body };
    },
    o,
  );
}

/**
 * Gives every free slot of a lane to a part, fairly over its runs, and creates the jobs. Slots that are left to others count as
 * theirs here, so that one's own turn behind theirs is not missed. With `elsewhere` the parts of the lane go into slots of another one.
 */
export async function dispatchLane(ports: RunPorts, lane: string, o: DispatchOptions = {}): Promise<DispatchReport> {
  let submitted = 0;
  let blocked = 0;
  const because = (ended: DispatchReport['ended']): DispatchReport => ({ submitted, blocked, ended });
  const slots = o.elsewhere?.lane ?? lane;
  let { body } = await loadLane(ports.ledger, slots, o);
  const queues = await readQueues(ports, lane, freeSlots(body, ports.clock.now()), o);
  const left: SlotHolder[] = [];
  for (; ; body = (await loadLane(ports.ledger, slots, o)).body) {
    if (submitted === o.most) return because('enough');
    // what was left and is taken since stands for itself
    const others = left.filter((holder) => !body.holders.some((taken) => isSamePart(taken, holder)));
    const shared = others.reduce(holdSlot, body);
    if (freeSlots(shared, ports.clock.now()) === 0) return because(others.length > 0 ? 'other-run' : 'no-slot');
    const next = nextRun(queues.map(demandOf), shared);
    if (next === undefined) return because(others.length > 0 ? 'other-run' : 'nothing-ready');
    const queue = queues.find((candidate) => candidate.body.run === next.run);
    const part = queue?.ready.shift();
    if (queue === undefined || part === undefined) throw new InvariantError('a run without ready parts got a slot');
    if (!isOwn(queue.body, o)) {
      if (await mayTake(ports, part, o)) left.push({ ...part, jobName: `left to ${part.run}, part ${part.part}` });
      continue;
    }
    switch (await submitOne(ports, part, o)) {
      case 'submitted':
        submitted++;
        o.onSubmitted?.(part);
        break;
      case 'quota':
        return because('quota');
      case 'kept':
        // what held this call up holds up the next one too; the round after this begins with the intents left behind
        return because('throttled');
      case 'blocked':
        blocked++;
        queue.ready.length = 0;
        break;
      case 'not-running':
      case 'no-budget':
      case 'broken':
        queue.ready.length = 0;
        break;
    }
  }
}

function isSamePart(a: PartRef, b: PartRef): boolean {
  return a.run === b.run && a.attempt === b.attempt && a.part === b.part;
}

/** What is wrong with another's run is his to be told of; nothing is left to it. */
async function mayTake(ports: RunPorts, ref: PartRef, o: CallOptions): Promise<boolean> {
  return (await tolerate(() => canTake(ports, ref, o), ignore, isOfOneRun)) ?? false;
}

function ignore(): void {}

/** An index shows for a while what was: a slot is left only to a part that may be sent, by somebody who still says so. */
async function canTake(ports: RunPorts, ref: PartRef, o: CallOptions): Promise<boolean> {
  const run = (await findRun(ports.ledger, ref.run, o))?.body;
  if (run === undefined || !maySend(run) || !isActive(run, ports.clock.now())) return false;
  const part = (await findPart(ports.ledger, ref, o))?.body;
  return part?.state === 'ready' && askBudget(run, part.records) === 'free';
}

/** `broken`: the run cannot be sent, and it is not the one that was asked for. */
async function submitOne(ports: RunPorts, part: PartRef, o: DispatchOptions) {
  try {
    return await submitPart(ports, part, o);
  } catch (error) {
    if (o.run !== undefined || !isOfOneRun(error)) throw error;
    o.onTrouble?.(error);
    return 'broken';
  }
}

interface Queue {
  readonly body: RunBody;
  readonly ready: PartRef[];
}

function demandOf({ body, ready }: Queue): RunDemand {
  const { run, priority = 'normal', weight = 1, attempt, createdAt } = body;
  return { run, priority, weight, attempt, ready: ready.length, createdAt };
}

/** What can be sent now, of one's own runs and of those that somebody works on. */
async function readQueues(ports: RunPorts, lane: string, free: number, o: DispatchOptions): Promise<Queue[]> {
  const now = ports.clock.now();
  if (free === 0) return [];
  const queues: Queue[] = [];
  for await (const run of eachBody<RunBody>(ports.ledger, { index: 'open', at: openRunsAt(lane) }, o)) {
    // another Region's slots are shared with none but those who take them
    const isOthers = !isOwn(run, o);
    if (!maySend(run) || (isOthers && (o.elsewhere !== undefined || !isActive(run, now)))) continue;
    queues.push({ body: run, ready: await firstReady(ports, run, free, o) });
  }
  return queues;
}

async function firstReady(ports: RunPorts, run: RunBody, count: number, o: CallOptions): Promise<PartRef[]> {
  const at = openPartsAt(run.lane, 'ready');
  const ready: PartRef[] = [];
  for await (const part of eachBody<PartBody>(ports.ledger, { index: 'open', at, after: openSort(run.run), limit: count }, o)) {
    // a later run begins, or a generation that is not complete yet
    if (part.run !== run.run || part.attempt > run.attempt || ready.length === count) break;
    if (part.attempt === run.attempt && !goesOnDemand(ports, run, part))
      ready.push({ run: part.run, attempt: part.attempt, part: part.part });
  }
  return ready;
}
