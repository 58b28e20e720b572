import { GetModelInvocationJobCommand, ListTagsForResourceCommand } from '@aws-sdk/client-bedrock';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { bedrock_batch_stepfn as batch } from '@batchrock/cdk';
import { type App, Stack, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, startAccount } from '../index.ts';
import { MODEL } from './batch-stack.ts';
import { endOf } from './end-of.ts';
import { everyOption, OWNER } from './every-option.ts';
import { putRecords } from './records.ts';
import { synthesise } from './synthesise.ts';

/** A fragment with every option that changes the job, on a network and a key of the user. */
class FullStack extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    const bucket = new s3.Bucket(this, 'Bucket');
    const fragment = new batch.BedrockBatchSfn(this, 'Batch', {
      bedrockBatchInputBucket: bucket,
      bedrockBatchOutputBucket: bucket,
      models: [MODEL],
      modelInvocationType: batch.ModelInvocationType.CONVERSE,
      ...everyOption(this),
      inputPrefix: 'in/',
      outputPrefix: 'reviews/out/',
    });
    new sfn.StateMachine(this, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment) });
  }
}

/** A fragment in a state machine that speaks JSONata, whose error goes on. */
class JsonataStack extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    const bucket = new s3.Bucket(this, 'Bucket');
    const fragment = new batch.BedrockBatchSfn(this, 'Batch', {
      bedrockBatchInputBucket: bucket,
      bedrockBatchOutputBucket: bucket,
      toleratedFailure: 0,
    });
    const [end] = fragment.endStates;
    (end as sfn.TaskStateBase).addCatch(new sfn.Pass(this, 'Caught'));
    new sfn.StateMachine(this, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(fragment),
      queryLanguage: sfn.QueryLanguage.JSONATA,
    });
  }
}

let account: Account;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account?.close());

async function deploy(build: (app: App) => Stack, name: string): Promise<{ readonly machine: string; readonly bucket: string }> {
  const stack = await account.deploy(synthesise(build), name);
  const [machine = ''] = stack.find('AWS::StepFunctions::StateMachine');
  const [bucket = ''] = stack.find('AWS::S3::Bucket');
  return { machine, bucket };
}

/** A hundred records for Converse, which has one body for all models. */
function converseText(): string {
  const modelInput = { messages: [{ role: 'user', content: [{ text: 'Classify this' }] }], inferenceConfig: { maxTokens: 20 } };
  return Array.from({ length: 100 }, (_, i) => `${JSON.stringify({ recordId: `R${i}`, modelInput })}\n`).join('');
}

test('Converse, KMS, VPC, tags, bucket owners and prefixes reach the job, which runs under no more than its role allows', async () => {
  const { machine, bucket } = await deploy((app) => new FullStack(app, 'Full'), 'Full');
  await account.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'in/a.jsonl', Body: converseText() }));
  const input = { job_name: 'full', manifest_keys: ['in/a.jsonl'], model_id: MODEL };
  const end = await endOf(account, await account.executions.start(machine, input));
  expect(end).toMatchObject({
    status: 'SUCCEEDED',
    output: [
      {
        status: 'Completed',
        record_counts: { total: 100, succeeded: 100 },
        keys: [expect.stringMatching(/^reviews\/out\/full\//)],
      },
    ],
  });
  const [{ job_arn }] = end.output as [{ job_arn: string }];
  const { bedrock } = account.clients;
  expect(await bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier: job_arn }))).toMatchObject({
    modelInvocationType: 'Converse',
    vpcConfig: {
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      securityGroupIds: ['sg-0123456789abcdef0'],
    },
    inputDataConfig: { s3InputDataConfig: { s3BucketOwner: OWNER } },
    outputDataConfig: {
      s3OutputDataConfig: { s3BucketOwner: OWNER, s3EncryptionKeyId: expect.stringMatching(/^arn:aws:kms:.*:key\//) },
    },
  });
  const { tags } = await bedrock.send(new ListTagsForResourceCommand({ resourceARN: job_arn }));
  expect(tags).toEqual([{ key: 'team', value: 'search' }]);
  expect(account.refusals()).toEqual([]);
});

test('a model that is not among them is refused, and a manifest outside of the input prefix cannot be read', async () => {
  const { machine, bucket } = await deploy((app) => new FullStack(app, 'Narrow'), 'Narrow');
  await putRecords(account.clients.s3, bucket, 'elsewhere/a.jsonl');
  const input = { job_name: 'narrow', manifest_keys: ['in/a.jsonl'], model_id: 'amazon.nova-pro-v1:0' };
  const other = await endOf(account, await account.executions.start(machine, input));
  expect(other).toMatchObject({ status: 'FAILED', error: 'AccessDeniedException' });
  const outside = { job_name: 'narrow', manifest_keys: ['elsewhere/a.jsonl'], model_id: MODEL };
  expect(await endOf(account, await account.executions.start(machine, outside))).toMatchObject({ status: 'FAILED' });
  expect(account.refusals().map(({ action }) => action)).toEqual(
    expect.arrayContaining(['bedrock:CreateModelInvocationJob', 's3:GetObject']),
  );
});

test('a state machine that speaks JSONata runs the fragment and catches its errors', async () => {
  const { machine, bucket } = await deploy((app) => new JsonataStack(app, 'Jsonata'), 'Jsonata');
  await putRecords(account.clients.s3, bucket, 'a.jsonl');
  const input = { job_name: 'data', manifest_keys: ['a.jsonl', 'a.jsonl'], model_id: MODEL };
  const answer = { status: 'Completed', bucket, manifest_key: 'a.jsonl' };
  expect(await endOf(account, await account.executions.start(machine, input))).toMatchObject({
    status: 'SUCCEEDED',
    output: [answer, answer],
  });
  await account.bedrock.setFaults({ jobFail: { 'data*': 1 }, jobFailMessage: 'no capacity left' });
  const failed = await endOf(account, await account.executions.start(machine, input));
  const cause = expect.stringContaining('no capacity left') as string;
  expect(failed).toMatchObject({
    status: 'SUCCEEDED',
    output: { status: 'Failed', error: 'Failed', cause, Error: 'Failed', Cause: cause },
  });
  await account.bedrock.clearFaults();
});
