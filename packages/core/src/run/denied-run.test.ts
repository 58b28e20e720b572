import {
  beginLife,
  type Fault,
  type JobScript,
  MEMORY_LANE,
  MemoryLedger,
  type MemoryPorts,
  type MemoryRunOptions,
  memoryPorts,
  putMemoryRun,
  ScriptedBatchService,
} from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { adoptRun } from '../adopt/index.ts';
import type { PartBody } from '../job/index.ts';
import type { JobView } from '../ports/index.ts';
import { recordId } from '../record/index.ts';
import { runCounts } from './counts.ts';
import { JOBS_DENIED } from './denied-jobs.ts';
import type { EventBody } from './document.ts';
import { driveRun, isOver } from './drive.ts';
import { kickJob } from './kick.ts';
import { loadPart, loadParts, loadRun, putPart } from './load.ts';
import { eventsSince } from './read.ts';
import { resumeRun } from './resume.ts';
import { settleRun } from './settle.ts';
import { stopRun } from './stop.ts';
import { sweepLane } from './sweep.ts';

// The role of the jobs may not read their input, and nobody looks until the morning.
const RUN = 'r-0000000001';
const SAID = 'The input could not be read: role/jobs is not authorized to perform s3:GetObject';
const POLL_MS = 60_000;
const MINUTE = 60_000;

interface World extends MemoryPorts {
  /** Whether jobs that are created from now on may do what they need. */
  isPermitted: boolean;
}

interface Asked extends MemoryRunOptions {
  /** How the n-th job goes; default: denied, or else answered, in a minute. */
  readonly script?: (index: number) => JobScript | undefined;
}

async function newWorld({ script, ...asked }: Asked): Promise<World> {
  const ports = memoryPorts({
    facts: { outputSettleMs: 30 * MINUTE },
    script: (_, index) => script?.(index) ?? (world.isPermitted ? {} : { end: 'Failed', message: SAID, record: () => 'missing' }),
  });
  const world: World = Object.assign(ports, { isPermitted: false });
  await putMemoryRun(world, asked);
  return world;
}

const drive = (world: World) => driveRun(world, RUN, { pollMs: POLL_MS });

async function standing(world: World) {
  const { body: run } = await loadRun(world.ledger, RUN);
  const parts = await loadParts(world.ledger, run);
  return { run, parts, counts: runCounts(run, parts), jobs: world.service.jobs.length };
}

/** How often each record was in a job that was answered. */
function timesAnswered(world: World, rows: number): readonly number[] {
  const inputs = world.service.jobs
    .filter(({ script }) => script.end !== 'Failed')
    .map(({ spec }) => world.objects.text(`${spec.inputUri.replace(`${world.objects.uri}/`, '')}000.jsonl`) ?? '');
  return Array.from({ length: rows }, (_, row) => inputs.filter((text) => text.includes(recordId('aa', row))).length);
}

/** The world with jobs that say how many of their ten records they have processed; undefined: nothing of it. */
function withCounts(world: World, processedBy: (index: number, age: number, view: JobView) => number | undefined): World {
  const { service, clock } = world;
  const say = ({ counts: _, ...view }: JobView): JobView => {
    const index = service.jobs.findIndex(({ jobArn }) => jobArn === view.jobArn);
    const processed = processedBy(index, clock.now() - view.submitTime, view);
    return processed === undefined ? view : { ...view, counts: { total: 10, processed, succeeded: processed, failed: 0 } };
  };
  const get = async (jobArn: string): Promise<JobView | undefined> => {
    const view = await ScriptedBatchService.prototype.get.call(service, jobArn);
    return view && say(view);
  };
  const list: ScriptedBatchService['list'] = async function* (query) {
    for await (const view of ScriptedBatchService.prototype.list.call(service, query)) yield say(view);
  };
  return Object.assign(world, { service: Object.assign(service, { get, list }) });
}

async function kindsOf(world: World): Promise<readonly string[]> {
  return (await eventsSince(world, RUN, 0)).map(({ kind }) => kind).filter((kind) => kind === 'blocked' || kind === 'resumed');
}

describe('a run all of whose jobs are denied', () => {
  it('is blocked with its first jobs, and ends whole when it is resumed, with no attempt used', async () => {
    const world = await newWorld({ parts: Array.from({ length: 30 }, () => 5), slots: 4, maxAttempts: 1 });
    const begun = world.clock.now();
    expect(await drive(world)).toMatchObject({ state: 'running', attempt: 1, blocked: { code: JOBS_DENIED } });
    const { run, parts, counts, jobs } = await standing(world);
    expect(jobs).toBe(4);
    // not after all the time that output may take
    expect(world.clock.now() - begun).toBeLessThan(5 * MINUTE);
    expect(counts).toMatchObject({ rows: 150, pending: 150, failed: 0, jobs: { ready: 26, collected: 4 } });
    expect(run.blocked?.message).toContain(SAID);
    expect(parts.filter((part) => part.denied === true)).toHaveLength(4);
    world.isPermitted = true;
    await resumeRun(world, RUN);
    expect(await drive(world)).toMatchObject({ state: 'ended', maxAttempts: 1 });
    expect((await standing(world)).counts).toMatchObject({ succeeded: 150, failed: 0 });
    expect(timesAnswered(world, 150)).toEqual(Array.from({ length: 150 }, () => 1));
    expect(await kindsOf(world)).toEqual(['blocked', 'resumed']);
  });

  it('is blocked anew by the next job, as often as it is resumed in vain', async () => {
    const world = await newWorld({ parts: [10], maxAttempts: 2 });
    for (let times = 1; times <= 4; times++) {
      expect(await drive(world)).toMatchObject({ state: 'running', blocked: { code: JOBS_DENIED } });
      expect(world.service.jobs).toHaveLength(times);
      await resumeRun(world, RUN);
    }
    world.isPermitted = true;
    expect(await drive(world)).toMatchObject({ state: 'ended' });
    expect((await standing(world)).counts).toMatchObject({ succeeded: 10, failed: 0 });
    expect(timesAnswered(world, 10)).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it('can be stopped, and goes on behind that', async () => {
    const world = await newWorld({ parts: [10, 10], slots: 1 });
    await drive(world);
    expect(await stopRun(world, RUN, 'drain')).toMatchObject({ state: 'stopped' });
    world.isPermitted = true;
    await resumeRun(world, RUN);
    expect(await drive(world)).toMatchObject({ state: 'ended' });
    expect((await standing(world)).counts).toMatchObject({ succeeded: 20, failed: 0 });
  });

  it('sends nothing more while it is, whoever looks, and goes on when a job that was in flight comes through', async () => {
    const world = await newWorld({
      parts: [10, 10, 10],
      slots: 2,
      script: (index) => (index === 1 ? { durationMs: 60 * MINUTE } : undefined),
    });
    const look = () => driveRun(world, RUN, { pollMs: POLL_MS, untilQuiet: true });
    await look();
    await world.clock.advance(2 * MINUTE);
    expect(await look()).toMatchObject({ state: 'running', blocked: { code: JOBS_DENIED } });
    await sweepLane(world, MEMORY_LANE);
    expect(world.service.jobs).toHaveLength(2);
    world.isPermitted = true;
    await world.clock.advance(60 * MINUTE);
    await kickJob(world, { jobName: world.service.jobs[1]!.spec.jobName });
    expect((await standing(world)).run.blocked).toBeUndefined();
    expect(await drive(world)).toMatchObject({ state: 'ended' });
    expect((await standing(world)).counts).toMatchObject({ succeeded: 30, failed: 0 });
    expect(await kindsOf(world)).toEqual(['blocked', 'resumed']);
  });

  it('goes on when the sweep sees that a job gets on, which no end has told', async () => {
    const world = await newWorld({
      parts: [10, 10],
      slots: 2,
      script: (index) => (index === 1 ? { durationMs: 60 * MINUTE } : undefined),
    });
    await driveRun(world, RUN, { pollMs: POLL_MS, untilQuiet: true });
    await world.clock.advance(2 * MINUTE);
    await driveRun(world, RUN, { pollMs: POLL_MS, untilQuiet: true });
    const slow = await loadPart(world.ledger, { run: RUN, attempt: 1, part: 1 });
    const jobCounts = { total: 10, processed: 1, succeeded: 1, failed: 0 };
    await world.ledger.commit([putPart(slow, { ...slow.body, jobStatus: 'InProgress', jobCounts })]);
    await settleRun(world, RUN);
    expect((await standing(world)).run.blocked).toBeUndefined();
  });

  it('stays blocked while a job gets on that tells of one of those that were denied, and not of the other', async () => {
    const world = await newWorld({
      parts: [10, 10, 10, 10],
      slots: 3,
      script: (index) =>
        index < 2 ? { end: 'Failed', message: SAID, durationMs: index === 0 ? MINUTE : 3 * MINUTE } : { durationMs: 60 * MINUTE },
    });
    // the first one read nothing, the second read all and could not write, the third gets on
    const read = withCounts(world, (index, age) => (index === 0 || age < 90_000 ? 0 : index === 1 ? 10 : 5));
    world.isPermitted = true;
    const end = new AbortController();
    let turns = 0;
    const onEvent = ({ kind }: EventBody) => {
      if ((kind === 'blocked' || kind === 'resumed') && ++turns > 20) end.abort();
    };
    const run = await driveRun(read, RUN, { pollMs: POLL_MS, signal: end.signal, onEvent });
    expect(run).toMatchObject({ state: 'ended' });
    expect((await standing(world)).counts).toMatchObject({ succeeded: 40, failed: 0 });
    expect(turns).toBeLessThan(5);
  });

  it('is blocked once in an adopted ledger too, and has lost no attempt', async () => {
    const world = await newWorld({ parts: [10, 10], slots: 1, maxAttempts: 1 });
    await drive(world);
    const there: World = { ...world, ledger: new MemoryLedger() };
    await adoptRun(there, RUN);
    expect(await drive(there)).toMatchObject({ state: 'running', blocked: { code: JOBS_DENIED } });
    expect(world.service.jobs).toHaveLength(1);
    world.isPermitted = true;
    await resumeRun(there, RUN);
    const third: World = { ...world, ledger: new MemoryLedger() };
    // what was said to one ledger the next one knows
    await adoptRun(third, RUN);
    expect(await drive(third)).toMatchObject({ state: 'ended' });
    expect((await standing(third)).counts).toMatchObject({ succeeded: 20, failed: 0 });
    expect(timesAnswered(world, 20)).toEqual(Array.from({ length: 20 }, () => 1));
  });
});

describe('a run of which nothing waits but what was denied', () => {
  it('is blocked where another attempt would begin, whoever finds it so', async () => {
    const world = await newWorld({ parts: [10] });
    await drive(world);
    const there: World = { ...world, ledger: new MemoryLedger() };
    await adoptRun(there, RUN);
    expect((await standing(there)).run.blocked).toBeUndefined();
    expect(await settleRun(there, RUN)).toBe('open');
    expect((await standing(there)).run).toMatchObject({ attempt: 1, blocked: { code: JOBS_DENIED } });
  });

  it('is not over while a job that has come through is yet to be told of', async () => {
    const world = await newWorld({ parts: [10, 10], slots: 1 });
    await drive(world);
    const { run, parts } = await standing(world);
    expect(isOver({ run, parts })).toBe(true);
    // half an hour, where its job does not say that it has left nothing
    const ended: PartBody = { ...parts[0]!, state: 'ended', collected: undefined };
    expect(isOver({ run, parts: [ended] })).toBe(false);
    expect(isOver({ run, parts: [{ ...ended, leftNothing: undefined }] })).toBe(true);
    const [first, second] = parts;
    expect(isOver({ run, parts: [first!, { ...second!, jobArn: 'arn', state: 'collected', jobStatus: 'Completed' }] })).toBe(
      false,
    );
  });

  it('goes on demand behind its deadline, for which its jobs need do nothing', async () => {
    const ask = () => Promise.resolve({ output: new TextEncoder().encode('{"content":[{"type":"text","text":"x"}]}') });
    const world = Object.assign(await newWorld({ parts: [10], tail: { deadlineMs: 60 * MINUTE } }), { runtime: { ask } });
    await driveRun(world, RUN, { pollMs: POLL_MS, untilQuiet: true });
    await world.clock.advance(120 * MINUTE);
    expect(await drive(world)).toMatchObject({ state: 'ended' });
    expect((await standing(world)).counts).toMatchObject({ succeeded: 10, onDemand: { records: 10 } });
    expect(await kindsOf(world)).toEqual([]);
  });
});

describe('a job that is denied while others of its Region come through', () => {
  it('is a failure as any other: it blocks nothing, and uses an attempt', async () => {
    const denied = { end: 'Failed', message: SAID, record: () => 'missing' } as const;
    const world = await newWorld({ parts: [5, 5, 5, 5], slots: 1, script: (index) => (index === 2 ? denied : {}) });
    expect(await drive(world)).toMatchObject({ state: 'ended', attempt: 2 });
    expect((await standing(world)).counts).toMatchObject({ succeeded: 20 });
    expect(await kindsOf(world)).toEqual([]);
    const last = await newWorld({ parts: [5, 5], slots: 1, maxAttempts: 1, script: (index) => (index === 1 ? denied : {}) });
    expect(await drive(last)).toMatchObject({ state: 'ended' });
    expect((await standing(last)).counts).toMatchObject({ succeeded: 5, failed: 5 });
  });
});

describe('a process that dies while jobs are denied', () => {
  const begin = () => newWorld({ parts: [3, 2, 4], slots: 2, maxAttempts: 1 });

  /** Drives the run until it is blocked and, when it may, to its end, where the first life may crash in either. */
  async function live(world: World, fault?: Fault): Promise<number> {
    let moments = 0;
    for (const isPermitted of [false, true]) {
      world.isPermitted = isPermitted;
      if (isPermitted) await resumeRun(world, RUN);
      const life = beginLife(world, fault && { ...fault, at: fault.at - moments });
      const ended = driveRun(life.ports, RUN, { pollMs: POLL_MS }).then(() => false);
      if (await Promise.race([ended, life.crashed.then(() => true)])) await drive(world);
      const { run } = await standing(world);
      expect(run.blocked?.code).toBe(isPermitted ? undefined : JOBS_DENIED);
      if (!isPermitted) expect(world.service.jobs).toHaveLength(2);
      moments += life.calls.length;
    }
    return moments;
  }

  const bytesOf = ({ objects }: World): string =>
    objects
      .keys(`runs/${RUN}/`)
      .filter((key) => !key.includes('/output/') && !key.endsWith('/orders.json'))
      .map((key) => `${key}\n${objects.text(key)}`)
      .join('\n');

  it('does the same again, wherever that is: no other job, no other attempt, no other byte', async () => {
    const calm = await begin();
    const moments = await live(calm);
    expect((await standing(calm)).counts).toMatchObject({ succeeded: 9 });
    for (let at = 1; at < moments; at += 7) {
      const world = await begin();
      await live(world, { at, kind: 'crash' });
      expect(bytesOf(world), `killed at ${at}`).toBe(bytesOf(calm));
      expect(timesAnswered(world, 9), `killed at ${at}`).toEqual(Array.from({ length: 9 }, () => 1));
    }
  });
});
