import { Duration } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import type { CrashMoment } from '../functions/index.ts';
import { useScenario } from './scenario.ts';

// the sweep is seldom here: Lambda's own repetition mends a crash of the handler first
const scenario = useScenario({ sweepInterval: Duration.hours(1) });

/** More calls than either handler makes for one job. */
const MOST_CALLS = 30;

/** Every moment: before the handler, after each of its calls until there are no more, and after it has returned. */
async function atEachMoment(crash: (moment: CrashMoment, jobName: string) => Promise<boolean>): Promise<number> {
  expect(await crash('before', 'crash-before')).toBe(true);
  let calls = 1;
  while (await crash({ afterCalls: calls }, `crash-call-${calls}x`)) {
    calls += 1;
    expect(calls).toBeLessThan(MOST_CALLS);
  }
  expect(await crash('after', 'crash-after')).toBe(true);
  return calls - 1;
}

async function expectOneJob(jobName: string, execution: string): Promise<void> {
  const end = await scenario.end(execution, 60);
  const jobs = await scenario.jobs(jobName);
  expect(jobs).toHaveLength(1);
  expect(end).toMatchObject({ status: 'SUCCEEDED', output: [{ status: 'Completed', job_arn: jobs[0]?.jobArn }] });
}

describe('a crash at any moment leaves one job and one answer', () => {
  test('of the function that creates jobs', async () => {
    const { functions } = scenario.account;
    const calls = await atEachMoment(async (moment, name) => {
      const jobName = `create-${name}`;
      const plan = functions.crashNext(scenario.createFunction, moment);
      const execution = await scenario.start(jobName);
      await expectOneJob(jobName, execution);
      return plan.hasStruck;
    });
    // the table is read and written, the job is made, its ARN is written
    expect(calls).toBeGreaterThanOrEqual(3);
  });

  test('of the function that answers', async () => {
    const { functions } = scenario.account;
    const calls = await atEachMoment(async (moment, name) => {
      const { jobName, execution } = await endedAndNotTold(`answer-${name}`);
      const plan = functions.crashNext(scenario.eventHandler, moment);
      await scenario.account.bus.faults.release();
      await expectOneJob(jobName, execution);
      return plan.hasStruck;
    });
    // the table, the job, its output and manifest, the task, the table
    expect(calls).toBeGreaterThanOrEqual(4);
  });
});

/** An execution whose job has ended, and whose event is held at the bus. A sweep may have been quicker: then another one. */
async function endedAndNotTold(name: string): Promise<{ readonly jobName: string; readonly execution: string }> {
  const { faults } = scenario.account.bus;
  for (let nth = 1; ; nth += 1) {
    const jobName = `${name}-${nth}x`;
    faults.hold({ detail: { status: ['Completed'] } });
    const execution = await scenario.start(jobName);
    await scenario.jobs(jobName);
    await scenario.passUntil(() => faults.held().length > 0, 10);
    if (scenario.said('task told', jobName).length === 0) return { jobName, execution };
    await faults.release();
    await scenario.end(execution);
  }
}
