import { expect, test } from 'vitest';
import { useScenario } from './scenario.ts';

const scenario = useScenario();

test('throttled calls are tried again until they pass, and make one job', async () => {
  const { account } = scenario;
  await account.bedrock.setFaults({ throttle: 1 });
  const before = account.functions.invocations(scenario.createFunction);
  const execution = await scenario.start('throttled');
  await scenario.passUntil(() => account.functions.invocations(scenario.createFunction) - before >= 3);
  expect(await account.bedrock.jobs()).toEqual([]);
  expect(await account.executions.look(execution)).toBeUndefined();
  await account.bedrock.clearFaults();
  expect(await scenario.end(execution, 30)).toMatchObject({ status: 'SUCCEEDED', output: [{ status: 'Completed' }] });
  expect(await scenario.jobs('throttled')).toHaveLength(1);
});

test('a full quota is waited for, by all jobs of an execution, and each is made once', async () => {
  const { account } = scenario;
  // 98 jobs of somebody else leave two places
  await account.bedrock.setFaults({ foreignJobs: 98, jobRunMs: { 'quota*': 30 * 60_000 } });
  const before = account.functions.invocations(scenario.createFunction);
  const execution = await scenario.start('quota', 5);
  expect(await scenario.jobs('quota', 2)).toHaveLength(2);
  await scenario.passUntil(() => account.functions.invocations(scenario.createFunction) - before >= 8);
  expect(await scenario.jobs('quota', 2)).toHaveLength(2);
  const end = await scenario.end(execution, 6 * 60);
  expect(end).toMatchObject({ status: 'SUCCEEDED' });
  const output = end.output as readonly { readonly manifest_key: string; readonly job_arn: string }[];
  expect(output.map(({ manifest_key }) => manifest_key)).toEqual([0, 1, 2, 3, 4].map((i) => `in/${i}.jsonl`));
  expect(new Set(output.map(({ job_arn }) => job_arn)).size).toBe(5);
  expect(await scenario.jobs('quota', 5)).toHaveLength(5);
});

test('lost replies and failures of Bedrock make no second job', async () => {
  const { account } = scenario;
  await account.bedrock.setFaults({ seed: 5, lostReply: 0.3, serverError: 0.3, foreignJobs: 0 });
  const execution = await scenario.start('unreliable', 4);
  expect(await scenario.end(execution, 240)).toMatchObject({ status: 'SUCCEEDED' });
  await account.bedrock.clearFaults();
  expect(await scenario.jobs('unreliable', 4)).toHaveLength(4);
});
