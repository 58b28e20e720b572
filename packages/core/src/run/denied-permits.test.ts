import { type JobScript, MemoryLedger, type MemoryPorts, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { adoptRun } from '../adopt/index.ts';
import { runCounts } from './counts.ts';
import { hasShut, isShut, JOBS_DENIED } from './denied-jobs.ts';
import { driveRun } from './drive.ts';
import { loadPart, loadParts, loadRun, putPart, putRun } from './load.ts';
import { resumeRun } from './resume.ts';

// Who lets a run go on whose jobs were denied, and what that is good for.
const RUN = 'r-0000000001';
const SAID = 'not authorized to perform s3:PutObject';
const MINUTE = 60_000;
const WEST = { region: 'us-west-2', lane: 'west' };

const drive = (world: MemoryPorts) => driveRun(world, RUN, { pollMs: 15_000 });

const partsOf = async ({ ledger }: MemoryPorts) => loadParts(ledger, (await loadRun(ledger, RUN)).body);

/** The world as another machine sees it, whose clock goes wrong by so much. */
function byClock(world: MemoryPorts, ms: number): MemoryPorts {
  const clock: MemoryPorts['clock'] = Object.create(world.clock, { now: { value: () => world.clock.now() + ms } });
  return { ...world, clock };
}

describe('a run that is resumed after its jobs were denied', () => {
  it.each([-60, -5, 5, 60])(
    'sends one job and is blocked by it, where the clock of who resumes it is %d minutes off',
    async (minutes) => {
      const world = memoryPorts({ script: () => ({ end: 'Failed', message: SAID, record: () => 'missing' }) });
      await putMemoryRun(world, { parts: [10], slots: 1, maxAttempts: 3 });
      await drive(world);
      for (let jobs = 2; jobs <= 3; jobs++) {
        await resumeRun(byClock(world, minutes * MINUTE), RUN);
        expect(await drive(world)).toMatchObject({ state: 'running', blocked: { code: JOBS_DENIED } });
        expect(world.service.jobs).toHaveLength(jobs);
      }
    },
  );
});

describe('a run that goes on without a Region that denies its jobs', () => {
  it('sends jobs there again when it is resumed, and is left alone by the next', async () => {
    const world = memoryPorts();
    await putMemoryRun(world, { parts: [10, 10], slots: 2 });
    const run = await loadRun(world.ledger, RUN);
    const part = await loadPart(world.ledger, { run: RUN, attempt: 1, part: 1 });
    const denied = { state: 'ended', since: 1, jobArn: 'arn', elsewhere: WEST, jobStatus: 'Failed', jobMessage: SAID } as const;
    await world.ledger.commit([putRun(run, { ...run.body, elsewhere: [WEST] }), putPart(part, { ...part.body, ...denied })]);
    const look = async () => {
      const { body } = await loadRun(world.ledger, RUN);
      const parts = await loadParts(world.ledger, body);
      return {
        west: isShut(body, parts, WEST.region),
        home: isShut(body, parts, undefined),
        any: hasShut(body, parts),
        seq: body.seq,
      };
    };
    expect(await look()).toMatchObject({ west: true, home: false, any: true });
    expect(await resumeRun(world, RUN)).toMatchObject({ state: 'running', permits: 1 });
    const { seq, ...after } = await look();
    expect(after).toEqual({ west: false, home: false, any: false });
    expect(await resumeRun(world, RUN)).toMatchObject({ permits: 1 });
    expect((await look()).seq).toBe(seq);
  });
});

describe('a run that is adopted after a job of it was denied', () => {
  it.each([
    { what: 'behind one that had come through, which used its attempt', denied: 1, failed: 5 },
    { what: 'before any had come through, which used none', denied: 0, failed: 0 },
  ])('$what', async ({ denied, failed }) => {
    const script = (_: unknown, index: number): JobScript =>
      index === denied ? { end: 'Failed', message: SAID, record: () => 'missing' } : {};
    const world = memoryPorts({ script });
    await putMemoryRun(world, { parts: [5, 5], slots: 1, maxAttempts: 1 });
    await drive(world);
    if (denied === 0) {
      await resumeRun(world, RUN);
      await drive(world);
    }
    const before = runCounts((await loadRun(world.ledger, RUN)).body, await partsOf(world));
    expect(before).toMatchObject({ failed, succeeded: 10 - failed });
    const there = { ...world, ledger: new MemoryLedger() };
    await adoptRun(there, RUN);
    await driveRun(there, RUN, { pollMs: 15_000, untilQuiet: true });
    const marks = (await partsOf(there)).filter(({ attempt }) => attempt === 1).map((part) => part.denied === true);
    expect(marks).toEqual(denied === 0 ? [true, false] : [false, false]);
  });
});
