import validate from 'asl-validator';
import { Duration, Stack, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { definitionOf, machineOf, resourcesOf, statementsOf, testApp } from '../testing/synthesis';
import { BatchQueue, FilePriority } from '.';

const inQueueBucket = new Stack(testApp(), 'Stack');
const queue = new BatchQueue(inQueueBucket, 'Queue');
machineOf(inQueueBucket, queue.enqueueTask(inQueueBucket, 'Enqueue', { key: sfn.JsonPath.stringAt('$.key') }));

const elsewhere = new Stack(testApp(), 'Elsewhere');
const other = new BatchQueue(elsewhere, 'Queue');
const bucket = new s3.Bucket(elsewhere, 'Source');
const outputBucket = new s3.Bucket(elsewhere, 'Target');
const all = other.enqueueTask(elsewhere, 'Enqueue', {
  bucket,
  key: 'reviews.jsonl',
  modelId: 'us.amazon.nova-pro-v1:0',
  name: 'reviews',
  priority: FilePriority.HIGH,
  weight: 2,
  family: 'nova',
  bedrockBatchInferenceTimeout: Duration.hours(48),
  outputBucket,
  outputPrefix: 'answers',
  queryLanguage: sfn.QueryLanguage.JSONATA,
});
machineOf(elsewhere, all, { queryLanguage: sfn.QueryLanguage.JSONATA });

const plainText = (stack: Stack) => JSON.parse(JSON.stringify(definitionOf(stack)).replaceAll('<AWS::Partition>', 'aws'));

describe('the state', () => {
  it('asks change-file for a file and waits by its token', () => {
    const { Enqueue } = definitionOf(inQueueBucket).States;
    expect(Enqueue.Resource).toBe('arn:<AWS::Partition>:states:::lambda:invoke.waitForTaskToken');
    expect(Enqueue.Parameters.FunctionName).toMatch(/^<QueueFunctionsChange.*\.Arn>$/);
    expect(Enqueue.Parameters.Payload).toEqual({
      do: 'enqueue',
      bucket: expect.stringMatching(/^<QueueBucket/),
      'key.$': '$.key',
      'token.$': '$$.Task.Token',
    });
    const errors = Enqueue.Retry.flatMap(({ ErrorEquals }: { ErrorEquals: string[] }) => ErrorEquals);
    for (const error of errors) expect(error).toMatch(/^(Lambda|Sandbox|Runtime)\.|^States\.HeartbeatTimeout$|^BR-E050[23]$/);
    expect(Enqueue.HeartbeatSeconds).toBe(3600);
  });

  it('says all of it, and speaks JSONata', () => {
    expect(definitionOf(elsewhere).States['Enqueue'].Arguments.Payload).toEqual({
      do: 'enqueue',
      bucket: expect.stringMatching(/^<Source/),
      key: 'reviews.jsonl',
      model_id: 'us.amazon.nova-pro-v1:0',
      name: 'reviews',
      priority: 'high',
      weight: 2,
      family: 'nova',
      timeout_hours: 48,
      output: { bucket: expect.stringMatching(/^<Target/), prefix: 'answers' },
      token: '{% $states.context.Task.Token %}',
    });
  });

  it.each([
    ['JSONPath', inQueueBucket],
    ['JSONata', elsewhere],
  ])('is valid Amazon States Language in %s', (_, stack) => {
    const { isValid, errorsText } = validate(plainText(stack));
    expect(isValid ? '' : errorsText('\n')).toBe('');
  });
});

describe('permissions', () => {
  it('of the machine end at change-file', () => {
    const [machine] = Object.keys(resourcesOf(inQueueBucket, 'AWS::StepFunctions::StateMachine'));
    const calls = statementsOf(inQueueBucket, machine?.replace(/[0-9A-F]{8}$/, 'RoleDefaultPolicy') ?? '').filter(({ actions }) =>
      actions.includes('lambda:InvokeFunction'),
    );
    expect(calls.flatMap(({ resources }) => resources)).toEqual([
      expect.stringMatching(/^<QueueFunctionsChange[0-9A-F]{8}\.Arn>$/),
    ]);
  });

  it('of the functions reach the other buckets, where results are written below the prefix alone', () => {
    const [reads] = statementsOf(elsewhere, 'EnqueueSource').filter(({ actions }) => actions.includes('s3:GetObject'));
    expect(reads?.resources).toEqual([expect.stringMatching(/^<Source.*\.Arn>\/\*$/)]);
    const [writes] = statementsOf(elsewhere, 'EnqueueResults').filter(({ actions }) => actions.includes('s3:PutObject'));
    expect(writes?.resources).toEqual([expect.stringMatching(/^<Target.*\.Arn>\/answers\/\*$/)]);
    expect(Object.keys(resourcesOf(inQueueBucket, 'AWS::IAM::Policy')).filter((id) => id.startsWith('Enqueue'))).toEqual([]);
  });
});

it('stands in another stack than its queue, which then knows nothing of that stack', () => {
  const app = testApp();
  const one = new Stack(app, 'One');
  const shared = new BatchQueue(one, 'Queue');
  const two = new Stack(app, 'Two');
  machineOf(two, shared.enqueueTask(two, 'Enqueue', { key: 'a.jsonl', bucket: new s3.Bucket(two, 'Source') }));
  app.synth();
  expect(two.dependencies).toEqual([one]);
  expect(one.dependencies).toEqual([]);
});

it.each([
  [{ key: 'a.jsonl', weight: 0 }, 'weight is 0; give a number above 0'],
  [{ key: 'a.jsonl', outputPrefix: 'a/' }, 'outputPrefix is a folder in outputBucket; give outputBucket too'],
  [{ key: undefined as unknown as string }, 'key is undefined; give the key of a file'],
  [{ key: 'a', bedrockBatchInferenceTimeout: Duration.hours(12) }, /bedrockBatchInferenceTimeout is .*24 to 168/],
])('refuses %j', (props, message) => {
  const stack = new Stack();
  expect(() => new BatchQueue(stack, 'Queue').enqueueTask(stack, 'Enqueue', props)).toThrow(message);
});

it('has the words of the queue for its priorities', () => {
  expect([FilePriority.HIGH, FilePriority.NORMAL, FilePriority.LOW]).toEqual(['high', 'normal', 'low']);
});
