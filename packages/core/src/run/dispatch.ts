import { InvariantError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { freeSlots, type LaneBody, newLane, nextRun, type RunDemand, withQuota } from '../lane/index.ts';
import type { CallOptions } from '../ports/index.ts';
import type { RunBody } from './document.ts';
import { openPartsAt, openRunsAt, openSort } from './items.ts';
import { eachBody, loadLane, type PartRef, putLane } from './load.ts';
import type { RunPorts } from './ports.ts';
import { type SubmitOptions, submitPart } from './submit.ts';
import { isOfOneRun } from './tolerance.ts';
import { transact } from './transact.ts';

/** How slots are given out. */
export interface DispatchOptions extends SubmitOptions {
  /**
   * Only parts of this run are sent. A slot whose turn is another run's that a process works on is left to that process.
   * Default: parts of every run of the lane.
   */
  readonly run?: string;
  /** Told what keeps a run of several from being sent; the others go on. */
  readonly onTrouble?: (error: unknown) => void;
}

/** How many jobs were created, and why no more were. */
export interface DispatchReport {
  readonly submitted: number;
  /** Runs that the service refused a job of, or whose ceiling holds no other one, so that nothing more of them is sent. */
  readonly blocked: number;
  readonly ended: 'no-slot' | 'nothing-ready' | 'other-run' | 'throttled' | 'quota';
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

/** Gives every free slot of a lane to a part, fairly over its runs, and creates the jobs. */
export async function dispatchLane(ports: RunPorts, lane: string, o: DispatchOptions = {}): Promise<DispatchReport> {
  let submitted = 0;
  let blocked = 0;
  const because = (ended: DispatchReport['ended']): DispatchReport => ({ submitted, blocked, ended });
  let { body } = await loadLane(ports.ledger, lane, o);
  const queues = await readQueues(ports, body, o);
  for (; ; body = (await loadLane(ports.ledger, lane, o)).body) {
    if (freeSlots(body, ports.clock.now()) === 0) return because('no-slot');
    const next = nextRun(queues.map(demandOf), body);
    if (next === undefined) return because('nothing-ready');
    if (o.run !== undefined && next.run !== o.run) return because('other-run');
    const queue = queues.find((candidate) => candidate.body.run === next.run);
    const part = queue?.ready.shift();
    if (queue === undefined || part === undefined) throw new InvariantError('a run without ready parts got a slot');
    switch (await submitOne(ports, part, o)) {
      case 'submitted':
        submitted++;
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

function demandOf(queue: Queue): RunDemand {
  const { run, attempt, createdAt } = queue.body;
  return { run, attempt, createdAt, weight: 1, ready: queue.ready.length };
}

/** The runs that want slots, each with as many of its first ready parts as there are free slots. */
async function readQueues(ports: RunPorts, lane: LaneBody, o: DispatchOptions): Promise<Queue[]> {
  const now = ports.clock.now();
  const free = freeSlots(lane, now);
  if (free === 0) return [];
  const queues: Queue[] = [];
  for await (const run of eachBody<RunBody>(ports.ledger, { index: 'open', at: openRunsAt(lane.lane) }, o)) {
    if (run.state !== 'running' || run.blocked || run.unseenUntil !== undefined) continue;
    const isMine = o.run === undefined || run.run === o.run;
    if (!isMine && (run.activeUntil ?? 0) < now) continue;
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
    if (part.attempt === run.attempt) ready.push({ run: part.run, attempt: part.attempt, part: part.part });
  }
  return ready;
}
