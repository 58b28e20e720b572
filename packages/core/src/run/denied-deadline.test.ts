import { type JobScript, type MemoryPorts, memoryPorts, putMemoryRun } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import type { ModelAnswer } from '../ports/index.ts';
import { runCounts } from './counts.ts';
import { JOBS_DENIED } from './denied-jobs.ts';
import { driveRun } from './drive.ts';
import { loadParts, loadRun } from './load.ts';
import { resumeRun } from './resume.ts';

// Jobs that are denied access, of a run that has a deadline behind which everything goes on demand.
const RUN = 'r-0000000001';
const MINUTE = 60_000;
const DENIED: JobScript = { end: 'Failed', message: 'not authorized to perform s3:PutObject', record: () => 'missing' };
const ANSWER: ModelAnswer = { output: new TextEncoder().encode('{"content":[{"type":"text","text":"x"}]}') };

interface Asked {
  readonly parts: readonly number[];
  readonly deadlineMs: number;
  readonly answer?: ModelAnswer;
  readonly script: (index: number) => JobScript;
}

async function newWorld({ parts, deadlineMs, answer = ANSWER, script }: Asked): Promise<MemoryPorts> {
  const ports = memoryPorts({ script: (_, index) => script(index) });
  const world = Object.assign(ports, { runtime: { ask: () => Promise.resolve(answer) } });
  await putMemoryRun(world, { parts, slots: 2, maxAttempts: 2, tail: { deadlineMs } });
  return world;
}

const drive = (world: MemoryPorts) => driveRun(world, RUN, { pollMs: MINUTE });

async function countsOf(world: MemoryPorts) {
  const { body: run } = await loadRun(world.ledger, RUN);
  return runCounts(run, await loadParts(world.ledger, run));
}

describe('the deadline of a run whose jobs were denied', () => {
  it('gives no more attempts than were asked for, however often it was denied before', async () => {
    const world = await newWorld({
      parts: [10],
      deadlineMs: 600 * MINUTE,
      answer: { errorCode: 500, errorMessage: 'again' },
      script: (index) => (index < 4 ? DENIED : { durationMs: 6000 * MINUTE }),
    });
    for (let times = 1; times <= 4; times++) {
      expect(await drive(world)).toMatchObject({ blocked: { code: JOBS_DENIED }, attempt: times });
      await world.clock.advance(MINUTE);
      await resumeRun(world, RUN);
    }
    // the job that was stopped, and one attempt on demand
    expect(await drive(world)).toMatchObject({ state: 'ended', attempt: 6, maxAttempts: 2 });
    expect(await countsOf(world)).toMatchObject({ succeeded: 5, failed: 5 });
  });

  it('lets it go on, also where it passes while the run is blocked and a job is in flight', async () => {
    const world = await newWorld({
      parts: [10, 10, 10],
      deadlineMs: 60 * MINUTE,
      script: (index) => (index === 0 ? DENIED : { durationMs: 300 * MINUTE }),
    });
    const begun = world.clock.now();
    expect(await drive(world)).toMatchObject({ state: 'ended' });
    // nothing is waited for behind it but the job that is stopped then
    expect(world.clock.now() - begun).toBeLessThan(75 * MINUTE);
    expect(world.service.jobs).toHaveLength(2);
    expect(await countsOf(world)).toMatchObject({ succeeded: 30, onDemand: { records: 25 } });
  });

  it('lets it go on for who comes back when it is past, and nothing is in flight', async () => {
    const world = await newWorld({ parts: [10], deadlineMs: 60 * MINUTE, script: () => DENIED });
    expect(await drive(world)).toMatchObject({ state: 'running', blocked: { code: JOBS_DENIED } });
    await world.clock.advance(60 * MINUTE);
    expect(await drive(world)).toMatchObject({ state: 'ended' });
    expect(await countsOf(world)).toMatchObject({ succeeded: 10, onDemand: { records: 10 } });
  });
});
