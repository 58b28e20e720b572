import { ListTagsForResourceCommand } from '@aws-sdk/client-bedrock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, type DeployedStack, type ExecutionEnd, startAccount } from '../index.ts';
import { MODEL } from './batch-stack.ts';
import { endOf } from './end-of.ts';
import { OriginalStack } from './original-stack.ts';
import { putRecords } from './records.ts';
import { SingleStack } from './single-stack.ts';
import { synthesise } from './synthesise.ts';

let account: Account;
let original: DeployedStack;
let updated: DeployedStack;
let underWay: readonly string[];
let waiting: string;

beforeAll(async () => {
  account = await startAccount();
  await account.bedrock.setFaults({ jobFail: { 'bad*': 1 }, jobFailMessage: 'no capacity left' });
  original = await account.deploy(
    synthesise((app) => new OriginalStack(app, 'Batch')),
    'Batch',
  );
  for (const key of ['a.jsonl', 'b.jsonl']) await putRecords(account.clients.s3, bucket(), key);
  underWay = [await start('good', ['a.jsonl', 'b.jsonl']), await start('bad', ['a.jsonl'])];
  await account.clock.idle();
  expect(await account.bedrock.jobs()).toHaveLength(3);
  // begins its Map an hour later, when the stack is updated
  waiting = await start('later', ['b.jsonl'], 3_600);
  updated = await account.deploy(
    synthesise((app) => new SingleStack(app, 'Batch')),
    'Batch',
  );
});
afterAll(() => account?.close());

const bucket = (): string => original.find('AWS::S3::Bucket')[0] ?? '';
const start = (job_name: string, manifest_keys: readonly string[], wait = 0): Promise<string> => {
  const machine = original.find('AWS::StepFunctions::StateMachine')[0] ?? '';
  return account.executions.start(machine, { job_name, manifest_keys, model_id: MODEL, wait });
};
const end = (execution: string): Promise<ExecutionEnd> => endOf(account, execution);

test('a stack of the original keeps all its resources and gets those that are new', () => {
  expect(updated.ids).toMatchObject(original.ids);
  expect(original.find('AWS::Lambda::Function')).toHaveLength(2);
  expect(original.find('AWS::DynamoDB::Table')).toEqual([]);
  expect(updated.find('AWS::DynamoDB::Table')).toHaveLength(1);
});

test('jobs that the original began are answered by the token in their tags', async () => {
  const [job] = await account.bedrock.jobs();
  expect(job?.jobName).toMatch(/^(good|bad)[01]$/);
  const { tags = [] } = await account.clients.bedrock.send(new ListTagsForResourceCommand({ resourceARN: job?.jobArn }));
  expect(tags[0]?.key).toBe('TaskToken:0');
  const [good = '', bad = ''] = underWay;
  const files = ['a.jsonl.out', 'b.jsonl.out'];
  expect(await end(good)).toMatchObject({
    status: 'SUCCEEDED',
    output: files.map((file) => ({
      status: 'Completed',
      bucket: bucket(),
      keys: [expect.stringMatching(`^output/good/.*/${file}$`)],
    })),
  });
  expect(await end(bad)).toMatchObject({ status: 'FAILED', error: 'Failed', cause: expect.stringContaining('no capacity left') });
});

test('an execution of the original that comes to its Map after the update ends as well', async () => {
  expect((await account.bedrock.jobs()).filter(({ jobName }) => jobName.startsWith('later'))).toEqual([]);
  expect(await end(waiting)).toMatchObject({ status: 'SUCCEEDED', output: [{ status: 'Completed', manifest_key: 'b.jsonl' }] });
});

test('a new execution runs on the updated machine, and nothing was refused or is left over', async () => {
  const fresh = await end(await start('fresh', ['a.jsonl']));
  expect(fresh).toMatchObject({
    status: 'SUCCEEDED',
    output: [{ status: 'Completed', job_name: expect.stringMatching(/^fresh0-/) }],
  });
  expect(account.refusals()).toEqual([]);
  expect(await account.alarms.ringing()).toEqual([]);
});
