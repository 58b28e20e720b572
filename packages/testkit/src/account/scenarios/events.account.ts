import { CreateModelInvocationJobCommand, GetModelInvocationJobCommand } from '@aws-sdk/client-bedrock';
import { expect, test } from 'vitest';
import { MODEL, useScenario } from './scenario.ts';

const scenario = useScenario();

const COMPLETED = { detail: { status: ['Completed'] } };
const answersOf = (jobName: string): number => scenario.said('task told', jobName).length;

test('a lost event costs minutes: the sweep answers', async () => {
  const { account } = scenario;
  account.bus.faults.drop(1, COMPLETED);
  const execution = await scenario.start('lost');
  const [created] = await scenario.jobs('lost');
  await scenario.passUntil(() => answersOf('lost') > 0, 30);
  const [job] = await scenario.jobs('lost');
  expect(job).toMatchObject({ jobName: created?.jobName, status: 'Completed' });
  const waitedMs = account.clock.now() - (job?.endedAt ?? 0);
  expect(waitedMs).toBeLessThanOrEqual(6 * 60_000);
  expect(await scenario.end(execution, 30)).toMatchObject({
    status: 'SUCCEEDED',
    output: [
      { status: 'Completed', bucket: scenario.bucket, job_arn: job?.jobArn, record_counts: { total: 100, succeeded: 100 } },
    ],
  });
  expect(scenario.said('SweepAnswered')).not.toEqual([]);
});

test('an event that comes twice is answered once', async () => {
  scenario.account.bus.faults.double(1, COMPLETED);
  const execution = await scenario.start('twice');
  await scenario.jobs('twice');
  expect(await scenario.end(execution, 30)).toMatchObject({ status: 'SUCCEEDED' });
  // the second one may be on its way yet
  await scenario.passUntil(() => scenario.said('event: late', 'twice').length > 0, 30);
  expect(answersOf('twice')).toBe(1);
  expect(scenario.said('event: late', 'twice')).toHaveLength(1);
});

test('an event that comes after the sweep changes nothing', async () => {
  const { account } = scenario;
  account.bus.faults.hold(COMPLETED);
  const execution = await scenario.start('delayed');
  await scenario.jobs('delayed');
  const end = await scenario.end(execution, 30);
  expect(end).toMatchObject({ status: 'SUCCEEDED' });
  expect(account.bus.faults.held()).toHaveLength(1);
  await account.bus.faults.release();
  await account.clock.idle();
  expect(scenario.said('event: late', 'delayed')).toHaveLength(1);
  expect(answersOf('delayed')).toBe(1);
  expect(await account.executions.look(execution)).toEqual(end);
});

/** A job that no fragment made, of the account's administrator. */
async function foreignJob(jobName: string): Promise<string> {
  const { account, bucket } = scenario;
  const [own] = await account.bedrock.jobs();
  const { roleArn } = await account.clients.bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier: own?.jobArn }));
  const { jobArn = '' } = await account.clients.bedrock.send(
    new CreateModelInvocationJobCommand({
      jobName,
      roleArn,
      modelId: MODEL,
      inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${bucket}/in/0.jsonl` } },
      outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${bucket}/output/foreign/` } },
    }),
  );
  return jobArn;
}

test('the events of somebody else’s job are left alone', async () => {
  const told = scenario.said('task told').length;
  const jobArn = await foreignJob('foreign');
  await scenario.pass(30);
  const job = await scenario.account.clients.bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn }));
  expect(job.status).toBe('Completed');
  expect(scenario.said('event: foreign', jobArn)).toHaveLength(1);
  expect(scenario.said('task told')).toHaveLength(told);
});

test('forged events change nothing: not with another job’s ARN, nor a name, nor a status that is not so', async () => {
  const { account } = scenario;
  const foreign = await foreignJob('forger');
  await scenario.pass(10);
  await account.bedrock.setFaults({ jobRunMs: { 'forged*': 3 * 3_600_000 } });
  const execution = await scenario.start('forged');
  const [job] = await scenario.jobs('forged');
  const forge = (batchJobName: string | undefined, batchJobArn: string | undefined, status: string) =>
    account.bus.put({
      source: 'aws.bedrock',
      'detail-type': 'Batch Inference Job State Change',
      detail: { version: '0.0', batchJobName, batchJobArn, status },
    });
  await forge(job?.jobName, foreign, 'Completed');
  await forge(job?.jobName, `${foreign.slice(0, -12)}aaaaaaaaaaaa`, 'Completed');
  await forge(job?.jobName, job?.jobArn, 'Failed');
  await forge(job?.jobName.replace(/1$/, '7'), job?.jobArn, 'Completed');
  await forge('forged', job?.jobArn, 'Stopped');
  await forge('', 'no ARN at all', 'Completed');
  await forge(undefined, undefined, 'Completed');
  await account.clock.idle();
  await scenario.pass(60);
  expect(await account.executions.look(execution)).toBeUndefined();
  expect(answersOf('forged')).toBe(0);
  await account.bedrock.clearFaults();
  expect(await scenario.end(execution, 240)).toMatchObject({ status: 'SUCCEEDED', output: [{ job_arn: job?.jobArn }] });
});

test('an event that comes before Create has returned finds its job', async () => {
  const { account } = scenario;
  // Get and Put at the table, then Create: the handler dies of its answer, and may not look for the job when it is tried again
  await account.bedrock.setFaults({ throttle: { ListModelInvocationJobs: 1 } });
  const crash = account.functions.crashNext(scenario.createFunction, { afterCalls: 3 });
  const execution = await scenario.start('early');
  await account.clock.idle();
  expect(crash.hasStruck).toBe(true);
  expect(await scenario.jobs('early')).toHaveLength(1);
  await scenario.passUntil(() => scenario.said('event: ', 'early').length > 0, 4);
  expect(await account.executions.look(execution)).toBeUndefined();
  await account.bedrock.clearFaults();
  expect(await scenario.end(execution, 60)).toMatchObject({ status: 'SUCCEEDED', output: [{ status: 'Completed' }] });
  expect(await scenario.jobs('early')).toHaveLength(1);
});
