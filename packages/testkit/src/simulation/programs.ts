import {
  adoptRun,
  driveRun,
  ensureLane,
  findRun,
  isBatchrockError,
  kickJob,
  loadRun,
  type RunPorts,
  resumeRun,
  retryRun,
  type StopMode,
  setBudget,
  stopRun,
  sweepLane,
} from '@batchrock/core';
import type { Dataset } from './dataset.ts';
import type { Hint } from './events.ts';
import { prepare } from './pipeline.ts';
import type { Life, Program } from './process.ts';
import { Sandboxes } from './sandboxes.ts';
import { LANE, type Site } from './site.ts';
import type { World } from './world.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Signals of the command lines that run now; a user's Ctrl-C aborts one. */
export type Interrupts = Set<AbortController>;

/** Failures that a process survives: it tries again a little later. Anything else is a bug. */
function passes(error: unknown): boolean {
  if (!isBatchrockError(error)) return false;
  return error.kind === 'service' || error.kind === 'cancelled' || error.code === 'BR-E0203';
}

/** Repeats a step until it holds. */
export async function persist<T>(life: Life, step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (!passes(error)) throw error;
      life.world.trace.note(life.name, `gives up for now: ${(error as Error).message}`);
      await life.clock.sleep(life.rng.int(SECOND, 30 * SECOND));
    }
  }
}

/** Takes events as they come: each is only a reason to look. */
function listen(life: Life, site: Site, ports: RunPorts): void {
  site.events.listen(life.name.split('.')[0]!, (hint: Hint) => {
    life.deliver(() => {
      site.world.trace.note(life.name, `hears that ${hint.jobName} is ${hint.status}`);
      kickJob(ports, { jobName: hint.jobName, jobArn: hint.jobArn }).catch((error: unknown) => {
        if (!passes(error)) site.world.trace.violate('unexpected-error', `kick: ${(error as Error).stack}`);
      });
    });
  });
}

interface Memory {
  /** The run was adopted, and not resumed yet. */
  mustResume: boolean;
}

interface Beginning {
  readonly site: Site;
  readonly ports: RunPorts;
  readonly dataset: Dataset;
  readonly memory: Memory;
}

/** Prepares a run. On a machine that is new since, its user adopts it, and resumes what was there. */
async function begin(life: Life, { site, ports, dataset, memory }: Beginning): Promise<void> {
  const { run } = dataset.document;
  if (site.ledgerChecker.losses > 0 && (await persist(life, () => findRun(ports.ledger, run))) === undefined) {
    memory.mustResume = true;
    const adopted = await persist(life, () => adoptRun(ports, run).catch(unlessRefused));
    site.world.trace.note(life.name, adopted === undefined ? 'adopts nothing' : `adopts ${run}: ${adopted.run.state}`);
  }
  await persist(life, () => prepare(ports, dataset));
  await giveCeiling(life, ports, dataset);
  if (!memory.mustResume) return;
  await persist(life, () => resumeRun(ports, run).catch(ignoreState));
  memory.mustResume = false;
}

/** A run that was never prepared, or that an earlier try has adopted. */
function unlessRefused(error: unknown): undefined {
  if (isBatchrockError(error) && ['BR-E0214', 'BR-E0207'].includes(error.code)) return undefined;
  throw error;
}

/** `batchrock run`: prepares the dataset if it is the owner's, then drives the run to its end. */
export function commandLine(
  site: Site,
  dataset: Dataset,
  o: { readonly isOwner: boolean; readonly interrupts: Interrupts },
): Program {
  // what the user remembers of a life before
  const memory: Memory = { mustResume: false };
  return async (life) => {
    const ports = site.portsFor(life);
    const pollMs = Math.round(life.rng.logUniform(MINUTE, 20 * MINUTE));
    const { run } = dataset.document;
    for (const [lane, quota] of site.lanes) await persist(life, () => ensureLane(ports, lane, quota));
    if (o.isOwner) await begin(life, { site, ports, dataset, memory });
    listen(life, site, ports);
    await driveToEnd(life, ports, run, { pollMs, interrupts: o.interrupts });
  };
}

/** Drives a run, again and again, until it has ended. */
async function driveToEnd(
  life: Life,
  ports: RunPorts,
  run: string,
  { pollMs, interrupts }: { readonly pollMs: number; readonly interrupts: Interrupts },
): Promise<void> {
  for (;;) {
    const ended = await persist(life, async () => {
      const interrupt = new AbortController();
      const found = await findRun(ports.ledger, run);
      if (found === undefined || found.body.state === 'preparing') return false;
      interrupts.add(interrupt);
      const body = await driveRun(ports, run, { pollMs, signal: interrupt.signal }).finally(() => interrupts.delete(interrupt));
      life.world.trace.note(life.name, `driveRun returns: ${body.state}`);
      return body.state === 'ended';
    });
    if (ended) return;
    await life.clock.sleep(life.rng.int(10 * SECOND, 2 * MINUTE));
  }
}

/** `batchrock retry`: a user who sends the failed rows of an ended run once more, and stays until it has ended again. */
export function retrier(site: Site, run: string, interrupts: Interrupts): Program {
  // what the user remembers of a life before
  let isAsked = false;
  return async (life) => {
    const ports = site.portsFor(life);
    if (!isAsked) {
      site.world.trace.note(life.name, `retries ${run}`);
      await persist(life, () => retryRun(ports, run).catch(ignoreState));
      isAsked = true;
    }
    // also a run that goes on already: the answer to an earlier order may have been lost
    await driveToEnd(life, ports, run, { pollMs: 5 * MINUTE, interrupts });
  };
}

/** What a record is expected to cost in these worlds. */
const RECORD_USD = 0.01;

/** Gives a run its ceiling, once. */
async function giveCeiling(life: Life, ports: RunPorts, dataset: Dataset): Promise<void> {
  const { run } = dataset.document;
  const { ceilingRecords } = life.world.plan;
  if (ceilingRecords === 0) return;
  const before = await persist(life, () => loadRun(ports.ledger, run));
  // one that boots again does not take back what the user gave
  if (before.body.budget !== undefined) return;
  await persist(life, () => setBudget(ports, run, { recordUsd: RECORD_USD, ceilingUsd: ceilingRecords * RECORD_USD }));
}

/** A user who gives a run that waits at its ceiling as much as it had once more, and in the end as much as it likes. */
export function payer(site: Site): Program {
  return async (life) => {
    const ports = site.portsFor(life);
    // for ever: a run that has ended may be tried again
    for (;;) {
      await life.clock.sleep(life.rng.int(5 * MINUTE, 60 * MINUTE));
      for (const run of site.datasets.keys()) await persist(life, () => payMore(ports, run, site.world));
    }
  };
}

async function payMore(ports: RunPorts, run: string, world: World): Promise<void> {
  const found = await findRun(ports.ledger, run);
  const budget = found?.body.budget;
  if (found?.body.blocked === undefined || budget?.ceilingUsd === undefined) return;
  const ceilingUsd = world.isCalm ? Number.MAX_SAFE_INTEGER : 2 * budget.ceilingUsd;
  world.trace.note('user', `lets ${run} cost ${ceilingUsd}`);
  await setBudget(ports, run, { ceilingUsd });
  await resumeRun(ports, run).catch(ignoreState);
}

/** Prepares a run and no more, as whoever starts one for handlers does. */
export function starter(site: Site, dataset: Dataset): Program {
  return async (life) => {
    const ports = site.portsFor(life);
    await persist(life, () => ensureLane(ports, LANE, site.quota));
    await persist(life, () => prepare(ports, dataset));
    await giveCeiling(life, ports, dataset);
  };
}

/** Handlers as they run on AWS: a function for events and one for sweeps, several sandboxes each, until every run has ended. */
export function startHandlers(site: Site): void {
  const { world } = site;
  const rng = world.rng.fork('handlers');
  const look = new Sandboxes(site, 'look', rng.int(1, 3));
  const sweep = new Sandboxes(site, 'sweep', rng.int(1, 2));
  const sweepMs = rng.int(2, 10) * MINUTE;
  site.events.listen('look', (hint) => {
    look.invoke(`${hint.jobName} is ${hint.status}`, async (ports) => {
      const kicked = await checked(world, () => kickJob(ports, { jobName: hint.jobName, jobArn: hint.jobArn }));
      if (kicked === 'ended') await checked(world, () => sweepLane(ports, LANE));
    });
  });
  const next = (): void => {
    if (site.hasEnded) return;
    sweep.invoke('the time has come', (ports) =>
      checked(world, async () => {
        await ensureLane(ports, LANE, site.quota);
        await sweepLane(ports, LANE);
      }),
    );
    world.scheduler.after(sweepMs, next);
  };
  next();
}

/** What does not pass is a bug wherever it is thrown. */
async function checked<T>(world: World, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!passes(error)) world.trace.violate('unexpected-error', `handler: ${(error as Error).stack}`);
    throw error;
  }
}

/** A handler of events with a sweep every few minutes, as it runs on AWS. */
export function handler(site: Site): Program {
  return async (life) => {
    const ports = site.portsFor(life);
    const sweepMs = life.rng.int(2, 10) * MINUTE;
    await persist(life, () => ensureLane(ports, LANE, site.quota));
    listen(life, site, ports);
    while (!site.hasEnded) {
      await persist(life, () => sweepLane(ports, LANE));
      await life.clock.sleep(sweepMs);
    }
  };
}

/** A user who stops a run and lets it go on later. */
export function stopper(site: Site, run: string, mode: StopMode): Program {
  return async (life) => {
    const ports = site.portsFor(life);
    const once = async (what: string, step: () => Promise<unknown>): Promise<void> => {
      site.world.trace.note(life.name, what);
      await persist(life, () => step().catch(ignoreState));
    };
    await once(`stops ${run} (${mode})`, () => stopRun(ports, run, mode));
    await life.clock.sleep(life.rng.int(MINUTE, 60 * MINUTE));
    await once(`resumes ${run}`, () => resumeRun(ports, run));
  };
}

/**
 * A run that does not exist yet, is being prepared or has ended can be neither stopped nor resumed, and only one that has
 * ended can be tried again.
 */
export function ignoreState(error: unknown): undefined {
  if (!isBatchrockError(error) || !['BR-E0201', 'BR-E0204', 'BR-E0207'].includes(error.code)) throw error;
}
