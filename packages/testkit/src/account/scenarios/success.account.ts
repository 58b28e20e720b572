import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, startAccount } from '../index.ts';
import { endOf } from './end-of.ts';
import { ReadmeStack } from './readme-stack.ts';
import { putRecords } from './records.ts';
import { synthesise } from './synthesise.ts';

let account: Account;
beforeAll(async () => {
  account = await startAccount({ bedrock: { extraModels: ['test.model-v1'] } });
});
afterAll(() => account?.close());

test('the example of the README, executed, ends with the output of its job', async () => {
  const { machine, bucket } = await deployReadme('Readme');
  await putRecords(account.clients.s3, bucket, 'test_key.jsonl');
  const end = await endOf(account, await account.executions.start(machine));
  const [job] = await account.bedrock.jobs();
  expect(end).toEqual({
    status: 'SUCCEEDED',
    output: [
      {
        status: 'Completed',
        bucket,
        keys: [`output/test_job/${job?.jobId}/test_key.jsonl.out`],
        job_arn: job?.jobArn,
        job_name: expect.stringMatching(/^test-job0-[a-z0-9]{10}-1$/),
        manifest_key: 'test_key.jsonl',
        model_id: 'test.model-v1',
        record_counts: { total: 100, processed: 100, succeeded: 100, failed: 0 },
        token_counts: { input: expect.any(Number), output: expect.any(Number) },
      },
    ],
  });
  expect(account.refusals()).toEqual([]);
});

test('a failed job of the example ends in FailState, with Failed as error and what Bedrock said as cause', async () => {
  const { machine, bucket } = await deployReadme('Failing');
  await putRecords(account.clients.s3, bucket, 'test_key.jsonl');
  await account.bedrock.setFaults({ jobFail: 1, jobFailMessage: 'the model went home' });
  const end = await endOf(account, await account.executions.start(machine));
  await account.bedrock.clearFaults();
  expect(end).toEqual({ status: 'FAILED', error: 'Failed', cause: expect.stringContaining('the model went home') });
  expect(account.refusals()).toEqual([]);
});

test('no queue holds a dead letter and no alarm rings', async () => {
  expect(await account.alarms.ringing()).toEqual([]);
});

async function deployReadme(name: string): Promise<{ readonly machine: string; readonly bucket: string }> {
  const folder = synthesise((app) => new ReadmeStack(app, name));
  const stack = await account.deploy(folder, name);
  const [machine = ''] = stack.find('AWS::StepFunctions::StateMachine');
  const [bucket = ''] = stack.find('AWS::S3::Bucket');
  return { machine, bucket };
}
