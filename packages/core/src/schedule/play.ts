import { type LaneBody, nextRun } from '../lane/index.ts';
import type { Chance } from './chance.ts';
import { evenParts, type Placement, type Scene, type SimulatedLane, type SimulatedRun } from './scene.ts';
import { TimeQueue } from './time-queue.ts';
import { noticedAt, seenAt } from './watch.ts';

/** How a scene went once. */
export interface Played {
  /** When everything was known to have ended, in minutes from the start. */
  readonly minutes: number;
  /** The same of each run, from its arrival. */
  readonly runMinutes: readonly number[];
  /** No schedule is shorter: all job minutes over all slots, or the longest job. */
  readonly lowerBound: number;
  /** Minutes of all jobs. */
  readonly jobMinutes: number;
  readonly jobs: number;
  /** Records of all jobs; those of later attempts count again. */
  readonly sent: number;
  /** Records that failed in their last attempt. */
  readonly failed: number;
}

const DEFAULT_ATTEMPTS = 3;
/** Times that differ by less, as a share of a job, are the same. */
const ROUNDING = 1e-9;

/** Plays a scene once: slots are given out whenever something is known to have happened, and each job takes its time. */
export function play(scene: Scene, chance: Chance): Played {
  return new Stage(scene, chance).play();
}

interface Job {
  readonly run: RunState;
  readonly lane: LaneState;
  readonly records: number;
  /** When it may be expected to end. */
  readonly expectedAt: number;
}

interface RunState {
  readonly index: number;
  readonly spec: SimulatedRun;
  attempt: number;
  parts: readonly number[];
  /** Parts that were begun, by lane where they are bound to one, else all under 0. */
  readonly begun: number[];
  waiting: number;
  open: number;
  failed: number;
  endsAt: number;
}

interface LaneState {
  readonly index: number;
  readonly spec: SimulatedLane;
  /** The jobs in it, by the shape in which the dispatcher sees them. */
  body: LaneBody;
  readonly jobs: Set<Job>;
}

class Stage {
  readonly #scene: Scene;
  readonly #chance: Chance;
  readonly #place: Placement;
  readonly #lanes: readonly LaneState[];
  /** The lanes with the quickest first. */
  readonly #quickest: readonly LaneState[];
  readonly #runs: readonly RunState[];
  readonly #due = new TimeQueue<Job | RunState>();
  readonly #total = { jobs: 0, minutes: 0, longest: 0, sent: 0 };
  #now = 0;
  #open = 0;

  constructor(scene: Scene, chance: Chance) {
    this.#scene = scene;
    this.#chance = chance;
    this.#place = scene.place ?? 'home';
    this.#lanes = scene.lanes.map(({ slots, times }, index) => ({
      index,
      spec: { slots, times: times.perhaps?.(chance) ?? times },
      body: { lane: String(index), limit: slots, cooldownUntil: 0, holders: [] },
      jobs: new Set<Job>(),
    }));
    const used = this.#place === 'home' ? this.#lanes.slice(0, 1) : this.#lanes;
    this.#quickest = used.toSorted((a, b) => a.spec.times.expect(1) - b.spec.times.expect(1));
    this.#runs = scene.runs.map((spec, index) => ({
      index,
      spec,
      attempt: 1,
      parts: spec.parts,
      begun: this.#lanes.map(() => 0),
      waiting: 0,
      open: 0,
      failed: spec.failed ?? 0,
      endsAt: 0,
    }));
  }

  play(): Played {
    for (const run of this.#runs) this.#due.add(noticedAt(this.#scene.watch, run.spec.arrivesAt ?? 0), run);
    for (let at = this.#due.nextAt; at !== undefined; at = this.#due.nextAt) {
      this.#now = at;
      // all that is known at one moment is known before slots are given out
      while (this.#due.nextAt === at) this.#take(this.#due.take()!);
      for (const lane of this.#quickest) this.#fill(lane);
    }
    const slots = this.#quickest.reduce((sum, lane) => sum + lane.spec.slots, 0);
    return {
      minutes: Math.max(0, ...this.#runs.map((run) => run.endsAt)),
      runMinutes: this.#runs.map((run) => run.endsAt - (run.spec.arrivesAt ?? 0)),
      lowerBound: Math.max(this.#total.minutes / slots, this.#total.longest),
      jobMinutes: this.#total.minutes,
      jobs: this.#total.jobs,
      sent: this.#total.sent,
      failed: this.#runs.reduce((sum, run) => sum + run.failed, 0),
    };
  }

  #take(what: Job | RunState): void {
    if ('spec' in what) {
      what.waiting = what.parts.length;
      for (const { records, minutes } of what.spec.running?.(this.#chance, this.#lanes[0]!.spec.times) ?? []) {
        this.#begin({ run: what, lane: this.#lanes[0]!, records, expectedAt: this.#now + minutes }, minutes);
      }
      this.#settle(what);
      return;
    }
    const { run, lane } = what;
    lane.jobs.delete(what);
    this.#open--;
    run.open--;
    run.failed += failuresOf(what.records, run.spec.retryShare ?? 0, this.#chance);
    this.#settle(run);
  }

  /** A generation whose jobs have all ended is followed by the next one, of what failed in it; or by the end. */
  #settle(run: RunState): void {
    if (run.waiting > 0 || run.open > 0) return;
    run.endsAt = this.#now;
    if (run.failed === 0 || run.attempt >= (run.spec.attempts ?? DEFAULT_ATTEMPTS)) return;
    const most = run.spec.partRecords ?? Math.max(1, ...run.spec.parts);
    run.parts = evenParts(run.failed, Math.ceil(run.failed / most));
    run.waiting = run.parts.length;
    run.begun.fill(0);
    run.failed = 0;
    run.attempt++;
  }

  #fill(lane: LaneState): void {
    const most = this.#scene.mostAtOnce ?? Number.POSITIVE_INFINITY;
    while (lane.jobs.size < lane.spec.slots && this.#open < most) {
      const run = this.#next(lane);
      if (run === undefined) return;
      const queue = this.#place === 'in-turn' ? lane.index : 0;
      const part = this.#place === 'in-turn' ? lane.index + run.begun[queue]! * this.#lanes.length : run.begun[queue]!;
      const records = run.parts[part]!;
      const { times } = lane.spec;
      if (this.#place === 'soonest-end' && this.#isBetterElsewhere(lane, run, records)) return;
      run.begun[queue]!++;
      run.waiting--;
      this.#begin({ run, lane, records, expectedAt: this.#now + times.expect(records) }, times.draw(records, this.#chance));
    }
  }

  #begin(job: Job, minutes: number): void {
    job.run.open++;
    this.#open++;
    job.lane.jobs.add(job);
    const total = this.#total;
    total.jobs++;
    total.minutes += minutes;
    total.longest = Math.max(total.longest, minutes);
    total.sent += job.records;
    this.#due.add(seenAt(this.#scene.watch, this.#now + minutes, this.#chance), job);
  }

  /** The run that gets the next slot of a lane, as the dispatcher of the product decides it. */
  #next(lane: LaneState): RunState | undefined {
    // most scenes have one run, and long ones begin a hundred thousand jobs
    const only = this.#runs.length === 1 ? this.#runs[0] : undefined;
    if (only !== undefined) return this.#readyFor(only, lane) > 0 ? only : undefined;
    const wanting = this.#runs.filter((run) => this.#readyFor(run, lane) > 0);
    if (wanting.length < 2 || this.#scene.share === 'first-come') {
      return wanting.toSorted((a, b) => (a.spec.arrivesAt ?? 0) - (b.spec.arrivesAt ?? 0))[0];
    }
    const holders = [...lane.jobs].map((job, part) => ({ jobName: '', run: String(job.run.index), attempt: 1, part }));
    const demands = wanting.map((run) => ({
      run: String(run.index),
      weight: 1,
      attempt: run.attempt,
      ready: this.#readyFor(run, lane),
      createdAt: run.spec.arrivesAt ?? 0,
    }));
    const chosen = nextRun(demands, { ...lane.body, holders });
    return wanting.find((run) => String(run.index) === chosen?.run);
  }

  #readyFor(run: RunState, lane: LaneState): number {
    if (this.#place !== 'in-turn' || run.waiting === 0) return run.waiting;
    const own = Math.ceil((run.parts.length - lane.index) / this.#lanes.length);
    return Math.max(0, own - run.begun[lane.index]!);
  }

  /**
   * True when slots of other lanes, free or about to be, can end all that waits before this one could end one part of it. No
   * lane can say so of the quickest one, so a free slot of that is always used.
   */
  #isBetterElsewhere(lane: LaneState, run: RunState, records: number): boolean {
    const horizon = this.#now + lane.spec.times.expect(records);
    let others = 0;
    for (const other of this.#lanes) {
      if (other === lane) continue;
      const each = other.spec.times.expect(records);
      // before and not at the same time: two lanes alike would each leave everything to the other
      const from = (freeAt: number) => Math.max(0, Math.ceil((horizon - Math.max(this.#now, freeAt)) / each - ROUNDING) - 1);
      for (const job of other.jobs) others += from(job.expectedAt);
      others += (other.spec.slots - other.jobs.size) * from(this.#now);
      if (others >= run.waiting) return true;
    }
    return false;
  }
}

/** How many of a job's records fail, each with the same chance: the normal distribution is near enough. */
function failuresOf(records: number, share: number, chance: Chance): number {
  if (share <= 0) return 0;
  const spread = Math.sqrt(records * share * (1 - share));
  return Math.max(0, Math.min(records, Math.round(records * share + spread * chance.normal())));
}
