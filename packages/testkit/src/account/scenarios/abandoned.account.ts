import { GetModelInvocationJobCommand } from '@aws-sdk/client-bedrock';
import { expect, test } from 'vitest';
import { useScenario } from './scenario.ts';

const HOUR_MS = 3_600_000;
const scenario = useScenario({}, { bedrock: { faults: { jobRunMs: { 'long*': 40 * HOUR_MS, 'later*': 10 * HOUR_MS } } } });

const statusOf = async (jobArn: string | undefined): Promise<string | undefined> => {
  const { bedrock } = scenario.account.clients;
  return (await bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn }))).status;
};

test('the jobs of an execution that was aborted are stopped, after ten minutes and not before', async () => {
  const { account } = scenario;
  const execution = await scenario.start('long', 2);
  const jobs = await scenario.jobs('long', 2);
  await scenario.pass(90);
  for (const { jobArn } of jobs) expect(await statusOf(jobArn)).toBe('InProgress');
  await account.executions.stop(execution);
  const aborted = account.clock.now();
  const minutes = await scenario.passUntil(async () => (await statusOf(jobs[0]?.jobArn)) !== 'InProgress', 60);
  expect(minutes).toBeGreaterThanOrEqual(10);
  // ten minutes and two sweeps, and the minute of the step
  expect(account.clock.now() - aborted).toBeLessThanOrEqual(21 * 60_000);
  await scenario.passUntil(
    async () => (await Promise.all(jobs.map(({ jobArn }) => statusOf(jobArn)))).every((status) => status === 'Stopped'),
    15,
  );
  expect(scenario.said('job stopped: nobody waits for it', 'long')).toHaveLength(2);
});

test('a job whose execution goes on for hours is left alone', async () => {
  const execution = await scenario.start('later');
  const [job] = await scenario.jobs('later');
  await scenario.pass(300);
  expect(await statusOf(job?.jobArn)).toBe('InProgress');
  expect(await scenario.end(execution, 600)).toMatchObject({ status: 'SUCCEEDED', output: [{ job_arn: job?.jobArn }] });
});
