import { MEMORY_LANE, type MemoryPorts, memoryPorts, otherStore, putMemoryRun } from '@batchrock/testkit';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Priority } from '../lane/index.ts';
import { setBudget } from './budget.ts';
import { dispatchLane } from './dispatch.ts';
import { withdrawIntent, writeIntent } from './intent.ts';
import { kickJob } from './kick.ts';
import { findRun, loadLane, loadPart, loadRun, putRun } from './load.ts';
import { pauseRun } from './pause.ts';
import { keepActive } from './sharing.ts';
import { pursueIntent, submitPart } from './submit.ts';
import { sweepLane } from './sweep.ts';

const MINUTE = 60_000;
const ACTIVE = 15 * MINUTE;
const SLOTS = 3;

/** A stack: a store of its own on a ledger that others share. */
class Stack {
  readonly ports: MemoryPorts;
  readonly runs: string[] = [];

  constructor(ports: MemoryPorts) {
    this.ports = ports;
  }

  get store(): string {
    return this.ports.objects.uri;
  }

  async put(run: string, parts: number, o: { readonly priority?: Priority; readonly weight?: number } = {}): Promise<void> {
    await putMemoryRun(this.ports, { run, parts: Array.from({ length: parts }, () => 1), slots: SLOTS, ...o });
    this.runs.push(run);
    await keepActive(this.ports, run, ACTIVE);
  }

  dispatch() {
    return dispatchLane(this.ports, MEMORY_LANE, { store: this.store });
  }

  /** What the stack does with an event of a job. */
  async kick(jobName: string): Promise<void> {
    await kickJob(this.ports, { jobName });
    await this.dispatch();
  }

  /** Says that it works on its runs. */
  async stay(): Promise<void> {
    for (const run of this.runs) await keepActive(this.ports, run, ACTIVE);
  }

  async sweep(): Promise<void> {
    await this.stay();
    await sweepLane(this.ports, MEMORY_LANE, { store: this.store, collect: false });
  }
}

let ours: Stack;
let theirs: Stack;

beforeEach(() => {
  const ports = memoryPorts({ maxJobs: SLOTS, script: () => ({ durationMs: 30 * MINUTE }) });
  ours = new Stack(ports);
  theirs = new Stack(otherStore(ports, 's3://another-bucket'));
});

const holders = async () => (await loadLane(ours.ports.ledger, MEMORY_LANE)).body.holders.map(({ run }) => run);
const live = () => ours.ports.service.liveJobs();

/** Lets the oldest live job end, and returns its name. Those stacks are still there then. */
async function oldestEnds(...there: readonly Stack[]): Promise<string> {
  const [job] = live();
  if (job === undefined) throw new Error('no job lives');
  await ours.ports.clock.advance(job.createdAt + 30 * MINUTE - ours.ports.clock.now() + 1);
  for (const stack of there) await stack.stay();
  return job.spec.jobName;
}

describe('a lane that two stacks share', () => {
  it('has the slots of one, each stack in its turn, and only its own jobs', async () => {
    await ours.put('r-a', 5);
    await theirs.put('r-b', 5);
    expect(await ours.dispatch()).toMatchObject({ submitted: 2, ended: 'other-run' });
    expect(await theirs.dispatch()).toMatchObject({ submitted: 1, ended: 'no-slot' });
    expect(await holders()).toEqual(['r-a', 'r-a', 'r-b']);
    for (const { spec } of live()) {
      const run = spec.inputUri.includes('r-a') ? ours : theirs;
      expect(spec.inputUri.startsWith(`${run.store}/`)).toBe(true);
    }
  });

  it('has a slot that comes free filled at once when both got the event, whichever is first and whosever the job was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 8 }),
        fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
        fc.constantFrom<Priority>('high', 'normal', 'low'),
        async (events, [a, b], priority) => {
          const ports = memoryPorts({ maxJobs: SLOTS, script: (_, n) => ({ durationMs: (30 + n) * MINUTE }) });
          const one = new Stack(ports);
          const two = new Stack(otherStore(ports, 's3://another-bucket'));
          await one.put('r-a', 30, { weight: a, priority });
          await one.put('r-c', 30);
          await two.put('r-b', 30, { weight: b });
          await two.dispatch();
          await one.dispatch();
          for (const [oursFirst, atOnce] of events) {
            const [job] = ports.service.liveJobs();
            await ports.clock.advance(20 * MINUTE);
            for (const stack of [one, two]) await stack.stay();
            const dead = ports.service.jobs.filter((each) => !ports.service.liveJobs().includes(each));
            const order = oursFirst ? [one, two] : [two, one];
            const names = [...new Set([job, ...dead])].flatMap((each) => (each === undefined ? [] : [each.spec.jobName]));
            for (const name of names) {
              if (atOnce) await Promise.all(order.map((stack) => stack.kick(name)));
              else for (const stack of order) await stack.kick(name);
            }
            expect(ports.service.liveJobs()).toHaveLength(SLOTS);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('has one that was lost on a stack filled by its sweep, and never holds more than there are', async () => {
    await ours.put('r-a', 6);
    await theirs.put('r-b', 6);
    await ours.dispatch();
    await theirs.dispatch();
    await oldestEnds(ours, theirs);
    // all three have ended, and only one stack hears of it
    for (const { spec } of ours.ports.service.jobs.slice(0, 3)) await ours.kick(spec.jobName);
    expect(live().length).toBe(2);
    await theirs.sweep();
    expect(live()).toHaveLength(SLOTS);
    expect(await holders()).toContain('r-b');
  });

  it('brings both to their last job with no event at all, by sweeps every five minutes', async () => {
    await ours.put('r-a', 4);
    await theirs.put('r-b', 4);
    let most = 0;
    for (let sweeps = 0; sweeps < 40; sweeps++) {
      await ours.sweep();
      await ours.ports.clock.advance(2 * MINUTE);
      await theirs.sweep();
      await ours.ports.clock.advance(3 * MINUTE);
      most = Math.max(most, live().length);
    }
    expect(most).toBe(SLOTS);
    const names = ours.ports.service.jobs.map(({ spec }) => spec.jobName);
    expect(names).toHaveLength(8);
    expect(new Set(names).size).toBe(8);
  });

  it('gives all of itself to the others a quarter of an hour after a stack is gone, and frees what that one held', async () => {
    await theirs.put('r-b', 9);
    await theirs.dispatch();
    await ours.put('r-a', 9);
    expect(await holders()).toEqual(['r-b', 'r-b', 'r-b']);
    // from here on nothing is heard of the other stack
    await oldestEnds();
    await ours.sweep();
    expect(await holders()).toEqual(['r-a', 'r-a', 'r-a']);
    expect(await loadPart(ours.ports.ledger, { run: 'r-b', attempt: 1, part: 0 })).toMatchObject({ body: { state: 'ended' } });
    expect(ours.ports.service.jobs).toHaveLength(6);
  });

  it('leaves nothing to a run that says it is there and cannot send', async () => {
    await theirs.put('r-b', 9);
    await ours.put('r-a', 9);
    await pauseRun(theirs.ports, 'r-b');
    expect(await ours.dispatch()).toMatchObject({ submitted: 3, ended: 'no-slot' });
  });

  it('leaves nothing to a run at its ceiling', async () => {
    await theirs.put('r-b', 9, { weight: 9 });
    await setBudget(theirs.ports, 'r-b', { ceilingUsd: 1, recordUsd: 1 });
    expect(await theirs.dispatch()).toMatchObject({ submitted: 1 });
    await ours.put('r-a', 9);
    expect(await ours.dispatch()).toMatchObject({ submitted: 2, ended: 'no-slot' });
  });

  it('leaves nothing to a part that only an old index shows', async () => {
    await theirs.put('r-b', 1, { weight: 9 });
    await ours.put('r-a', 9);
    const { ledger } = ours.ports;
    const page = ledger.page.bind(ledger);
    const old = await page({ index: 'open', at: `${MEMORY_LANE}#ready`, after: 'r-b#' });
    await theirs.dispatch();
    ledger.page = async (query, o) => (query.at.endsWith('#ready') && query.after === 'r-b#' ? old : page(query, o));
    expect(await ours.dispatch()).toMatchObject({ submitted: 2, ended: 'no-slot' });
    expect(await holders()).toEqual(['r-b', 'r-a', 'r-a']);
  });

  it('goes to the first class of all stacks, and to weights within one', async () => {
    await ours.put('r-a', 9, { priority: 'low' });
    await theirs.put('r-b', 2, { priority: 'high' });
    expect(await ours.dispatch()).toMatchObject({ submitted: 1, ended: 'other-run' });
    expect(await theirs.dispatch()).toMatchObject({ submitted: 2 });
    const other = new Stack(otherStore(ours.ports, 's3://third-bucket'));
    await other.put('r-c', 9, { priority: 'low', weight: 5 });
    const name = await oldestEnds(ours, theirs, other);
    await ours.kick(name);
    expect(await holders()).toEqual(['r-b', 'r-b', 'r-a']);
    for (const { spec } of ours.ports.service.jobs.slice(1)) await kickJob(ours.ports, { jobName: spec.jobName });
    await ours.dispatch();
    await other.dispatch();
    expect((await holders()).toSorted()).toEqual(['r-a', 'r-c', 'r-c']);
  });

  it('keeps the intent of a stack that is there, and takes back that of one that is gone', async () => {
    await theirs.put('r-b', 1);
    const ref = { run: 'r-b', attempt: 1, part: 0 };
    await writeIntent(theirs.ports, ref);
    ours.ports.clock.jump(10 * MINUTE);
    const look = () => pursueIntent(ours.ports, ref, { mayCreate: false });
    expect(await look()).toBe('waiting');
    expect(await sweepLane(ours.ports, MEMORY_LANE, { store: ours.store })).toMatchObject({ submitted: 0 });
    expect(live()).toEqual([]);
    ours.ports.clock.jump(10 * MINUTE);
    expect(await look()).toBe('withdrawn');
    expect(await holders()).toEqual([]);
  });

  it('lets no stack create the job of another, also where its run is from before there were stores', async () => {
    await theirs.put('r-b', 2);
    const run = await loadRun(theirs.ports.ledger, 'r-b');
    const { store: _, ...older } = run.body;
    await theirs.ports.ledger.commit([putRun(run, older)]);
    const troubles: unknown[] = [];
    const o = { store: ours.store, onTrouble: (error: unknown) => troubles.push(error) };
    expect(await dispatchLane(ours.ports, MEMORY_LANE, o)).toMatchObject({ submitted: 0 });
    expect(troubles).toMatchObject([{ code: 'BR-E0208' }]);
    await keepActive(theirs.ports, 'r-b', ACTIVE, { store: theirs.store });
    expect((await findRun(ours.ports.ledger, 'r-b'))?.body.store).toBe(theirs.store);
    expect(await ours.dispatch()).toMatchObject({ submitted: 0, ended: 'other-run' });
  });

  it('is kept from nobody by an item of a run that cannot be read', async () => {
    await theirs.put('r-b', 1);
    await ours.put('r-a', 3);
    await submitPart(theirs.ports, { run: 'r-b', attempt: 1, part: 0 });
    await ours.dispatch();
    const { ledger } = ours.ports;
    const item = await ledger.get('RUN#r-b');
    await ledger.commit([{ put: { ...item!, schema: 'run/9' }, expect: item!.version }]);
    await oldestEnds();
    const troubles: unknown[] = [];
    await sweepLane(ours.ports, MEMORY_LANE, { store: ours.store, collect: false, onTrouble: (error) => troubles.push(error) });
    expect(troubles.length).toBeGreaterThan(0);
    for (const trouble of troubles) expect(trouble).toMatchObject({ code: 'BR-E0205' });
    expect((await loadPart(ledger, { run: 'r-a', attempt: 1, part: 0 })).body.state).toBe('ended');
    expect(live().every(({ spec }) => spec.inputUri.includes('r-a'))).toBe(true);
    expect(ours.ports.service.jobs).toHaveLength(4);
  });
});

it('an intent is withdrawn once, whoever does it', async () => {
  await ours.put('r-a', 1);
  const intent = await writeIntent(ours.ports, { run: 'r-a', attempt: 1, part: 0 });
  if (typeof intent === 'string') throw new Error(intent);
  expect(await Promise.all([withdrawIntent(ours.ports, intent), withdrawIntent(theirs.ports, intent)])).toContain(true);
  expect(await holders()).toEqual([]);
});
