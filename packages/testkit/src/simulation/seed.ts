import { sweepLane, sweepSlots } from '@batchrock/core';
import { CONSOLE } from './check-jobs.ts';
import { checkResults } from './check-results.ts';
import { permitter } from './denial-programs.ts';
import { placeOfOne } from './fate.ts';
import { describeFaults } from './faults.ts';
import type { Mark } from './marks.ts';
import { parseResults, resultsText } from './pipeline.ts';
import { type Life, type Program, SimProcess } from './process.ts';
import { commandLine, handler, type Interrupts, payer, retrier, starter, startHandlers, stopper } from './programs.ts';
import { hashText, type Rng } from './random.ts';
import { regionEvents } from './regions.ts';
import { WORLD_START } from './scheduler.ts';
import type { SimJob } from './sim-job.ts';
import { LANE, Site } from './site.ts';
import { tailEvents } from './tail-programs.ts';
import { describeTail } from './tail-world.ts';
import type { Violation } from './trace.ts';
import { type Shape, World, type WorldOptions } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Once faults have ended, a run that has not ended after this is stuck (I20): jobs may last a day before they expire. */
const PATIENCE_MS = 120 * HOUR;
/** Steps of a world that goes round in circles. */
const MAX_STEPS = 400_000;

/** How one seed went. */
export interface SeedResult {
  readonly seed: number;
  readonly violation: Violation | undefined;
  /** The same whenever the seed is run. */
  readonly hash: string;
  readonly virtualMs: number;
  readonly steps: number;
  readonly jobs: number;
  /** How often each thing worth meeting was met. */
  readonly marks: ReadonlyMap<Mark, number>;
  readonly story: readonly string[];
  /** The faults that struck, by their names. */
  readonly struck: readonly string[];
  /** A hash of the results of every run, byte for byte; empty where the world did not come to its end. */
  readonly results: string;
}

export type SeedOptions = WorldOptions;

/** Runs one world from its seed: faults first, then calm until every run has ended, then the results are judged. */
export async function runSeed(seed: number, options: SeedOptions = {}): Promise<SeedResult> {
  const world = new World(seed, options);
  const site = new Site(world);
  const { scheduler, trace } = world;
  const broken = (): boolean => trace.violation !== undefined || scheduler.steps > MAX_STEPS;
  trace.note('world', `seed ${seed}: ${describeFaults(world.plan)}`);
  if (world.denials !== undefined) trace.note('world', `permissions: ${JSON.stringify(world.denials)}`);
  if (world.tail !== undefined) trace.note('world', `on demand: ${describeTail(world.tail)}`);

  populate(world, site, options);
  const rng = world.rng.fork('phases');
  await scheduler.run(
    scheduler.now + rng.logUniform(20 * MINUTE, 8 * HOUR),
    () => broken() || (site.hasEnded && rng.chance(0.01)),
  );
  calmDown(world, site);
  await converge(world, site, broken);
  const bytes = broken() ? '' : await audit(world, site);
  if (scheduler.steps > MAX_STEPS) trace.violate('I20', `no end after ${MAX_STEPS} steps: ${standing(site)}`);
  return {
    seed,
    violation: trace.violation,
    hash: trace.hash(),
    virtualMs: scheduler.now - WORLD_START,
    steps: scheduler.steps,
    jobs: site.bedrock.jobs.length,
    marks: trace.marks,
    story: trace.story(),
    struck: world.fate.struck,
    results: bytes,
  };
}

/** Lets every run end, and the world rest for a while; what was asked for at the last moment may begin one of them anew. */
async function converge({ scheduler, trace }: World, site: Site, broken: () => boolean): Promise<void> {
  const until = scheduler.now + PATIENCE_MS;
  do {
    await scheduler.run(until, () => broken() || site.hasEnded);
    if (!broken() && !site.hasEnded)
      trace.violate('I20', `not ended ${PATIENCE_MS / HOUR} h after faults ended: ${standing(site)}`);
    if (!broken()) await scheduler.run(scheduler.now + 20 * MINUTE, broken);
  } while (!broken() && !site.hasEnded);
}

function populate(world: World, site: Site, options: SeedOptions): void {
  const rng = world.rng.fork('processes');
  const drawn = rng.pick<Shape>(['command-line', 'command-line', 'handlers', 'both']);
  // handlers ask no model, and are of one Region
  const shape = options.shape ?? (world.tail === undefined && world.regions.length === 0 ? drawn : 'command-line');
  const interrupts: Interrupts = new Set();
  const datasets = [...site.datasets.values()];
  const programs: Program[] = datasets.map((dataset) =>
    shape === 'handlers' ? starter(site, dataset) : commandLine(site, dataset, { isOwner: true, interrupts }),
  );
  const more = options.alone === true || shape === 'handlers' ? 0 : rng.int(0, 2);
  for (let i = 0; i < more; i++) {
    const dataset = rng.pick(datasets);
    programs.push(rng.chance(0.5) ? handler(site) : commandLine(site, dataset, { isOwner: false, interrupts }));
  }
  const processes = programs.map((program, i) => {
    const skewMs = Math.round(world.plan.clockSkewMs * (2 * rng.next() - 1));
    return new SimProcess(world, `p${i}`, program, { skewMs });
  });
  world.trace.note('world', `${shape}, ${processes.length} processes`);
  for (const process of processes) process.boot();
  if (site.permissions !== undefined) new SimProcess(world, 'permitter', permitter(site, site.permissions)).boot();
  if (world.plan.ceilingRecords > 0) new SimProcess(world, 'payer', payer(site)).boot();
  if (shape !== 'command-line') startHandlers(site);
  worldEvents(world, site, { interrupts, processes });
  regionEvents(world, site.regions);
  if (site.tail !== undefined) tailEvents(world, site, site.tail.models);
  // handlers have their ledger in the account
  if (shape !== 'command-line') return;
  world.often(world.plan.ledgerLossPerHour, 'ledger loss', () => {
    for (const process of world.processes) if (process.running) process.crash('as its machine dies');
    site.loseLedger();
  });
}

/** What happens to a world from outside its processes. */
function worldEvents(
  world: World,
  site: Site,
  { interrupts, processes }: { readonly interrupts: Interrupts; readonly processes: readonly SimProcess[] },
): void {
  const { plan, scheduler } = world;
  const { bedrock } = site;
  world.often(plan.foreignJobsPerHour, 'foreign', (rng) => bedrock.addForeign(rng.logUniform(2 * MINUTE, 3 * HOUR)));
  world.often(plan.humanStopsPerHour, 'human', (rng) => {
    const live = bedrock.liveJobs();
    if (live.length === 0) return;
    const { jobArn, region } = rng.pick(live);
    const there = site.regions.find(({ plan }) => plan.region === region)?.bedrock ?? bedrock;
    there.stop(jobArn, CONSOLE);
  });
  world.often(plan.forgedEventsPerHour, 'forger', (rng) => {
    if (bedrock.jobs.length === 0) return;
    const { spec } = rng.pick(bedrock.jobs);
    const jobArn = rng.pick([
      rng.pick(bedrock.jobs).jobArn,
      'arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/zzzzzzzzzzzz',
    ]);
    const jobName = rng.pick([spec.jobName, spec.jobName, 'foreign-0']);
    site.events.forge({ jobName, jobArn, status: rng.pick(['Completed', 'Failed', 'InProgress', 'Stopped']) });
  });
  world.often(plan.interruptsPerHour, 'ctrl-c', (rng) => {
    if (interrupts.size === 0) return;
    world.trace.note('user', 'presses Ctrl-C');
    rng.pick([...interrupts]).abort();
  });
  world.often(plan.leaksPerHour, 'leaks', () => site.leakSlot());
  let stops = 0;
  const stop = (rng: Rng): void => {
    const run = rng.pick([...site.datasets.keys()]);
    new SimProcess(world, `user${stops++}`, stopper(site, run, rng.pick(['drain', 'stop', 'abandon']))).boot();
  };
  world.often(plan.stopsPerHour, 'stops', stop);
  let retries = 0;
  world.often(plan.retriesPerHour, 'retries', (rng) => {
    const run = rng.pick([...site.datasets.keys()]);
    new SimProcess(world, `retry${retries++}`, retrier(site, run, interrupts)).boot();
  });
  world.often(plan.lidsPerHour, 'lids', (rng) => {
    const { life } = rng.pick(processes);
    if (life === undefined) return;
    world.trace.mark('lid-closed');
    life.freeze(rng.logUniform(HOUR, 8 * HOUR));
  });
  const moment = world.rng.fork('stops at create');
  world.onCreateUnderWay = () => stop(moment);
  world.often(plan.clockStepsPerHour, 'clock step', (rng) => {
    const process = rng.pick(processes);
    process.skewMs = Math.round(plan.clockSkewMs * (2 * rng.next() - 1));
    world.trace.note(process.name, `steps its clock to ${process.skewMs} ms`);
  });
  if (!plan.quotaDrops || !world.fate.strikes('quota drops', 1, placeOfOne('bedrock', 'quota'))) return;
  scheduler.after(world.rng.fork('quota').int(0, 2 * HOUR), () => {
    if (world.isCalm || bedrock.quota < 2) return;
    bedrock.quota--;
    world.trace.note('bedrock', `the quota drops to ${bedrock.quota}`);
  });
}

function calmDown(world: World, site: Site): void {
  world.calmDown();
  site.bedrock.endForeign();
  site.bedrock.quota = site.quota;
  for (const { bedrock } of site.regions) bedrock.endForeign();
}

/** One line on every run and its parts, for a world that does not end. */
function standing(site: Site): string {
  const runs = [...site.ledgerChecker.runs.values()].map(
    (run) => `${run.run} is ${run.state}, attempt ${run.attempt}${run.blocked ? ', blocked' : ''}`,
  );
  const parts = [...site.ledgerChecker.parts.values()]
    .filter((part) => part.state !== 'collected')
    .map((part) => `${part.part}-${part.attempt} ${part.state} ${part.jobStatus ?? ''}`);
  const lanes = [...site.ledgerChecker.lanes.values()].map((lane) => `${lane.holders.length} of ${lane.limit} slots`);
  return [...runs, ...parts, ...lanes].join('; ');
}

/** The last look, by a process that nothing happens to: slots are free, leaks go, every row has its one outcome. */
async function audit(world: World, site: Site): Promise<string> {
  const { scheduler, trace } = world;
  let done = false;
  let hash = 0;
  const program = async (life: Life): Promise<void> => {
    const ports = site.portsFor(life);
    site.checkQuiet();
    site.denialChecker?.check();
    for (let i = 0; i < 2; i++) await sweepLane(ports, LANE);
    for (const [lane] of site.lanes.slice(1)) await sweepSlots(ports, lane);
    site.checkNoSlots();
    for (const dataset of site.datasets.values()) {
      const text = await resultsText(ports, dataset);
      hash = hashText(text, hash);
      const maxAttempts = site.maxAttemptsOf(dataset);
      const onDemand = site.tail?.checker.resultsOf(dataset) ?? [];
      const { late } = site.jobChecker;
      const isFree = (job: SimJob): boolean => site.denialChecker?.isFree(job) ?? false;
      checkResults({ trace, bedrock: site.bedrock, maxAttempts, late, isFree, onDemand }, dataset, parseResults(text));
    }
    done = true;
  };
  new SimProcess(world, 'audit', program).boot();
  const over = await scheduler.run(scheduler.now + 10 * HOUR, () => done || trace.violation !== undefined);
  if (!over) trace.violate('sim', 'the audit does not end');
  return hash.toString(16);
}
