import validate from 'asl-validator';
import { Duration, Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { BatchQueue } from '../batch-queue';
import { definitionOf, fragmentIn, machineOf, resourcesOf, statementsOf, testApp } from '../testing/synthesis';

const stack = new Stack(testApp(), 'Stack');
const queue = new BatchQueue(stack, 'Queue');
const fragment = fragmentIn(stack, 'Batch', { queue, maxConcurrency: 3, inputPrefix: 'in/' });
machineOf(stack, fragment);

describe('a fragment with a queue', () => {
  it('enqueues each manifest, whose output has a folder of its own', () => {
    const { ItemProcessor, MaxConcurrency } = definitionOf(stack).States['BatchEvaluateMap'];
    expect(MaxConcurrency).toBe(3);
    const { Parameters, HeartbeatSeconds } = ItemProcessor.States.CreateModelInvocationJobTask;
    expect(HeartbeatSeconds).toBe(3600);
    expect(Parameters.FunctionName).toMatch(/^<QueueFunctionsChange/);
    expect(Parameters.Payload).toEqual({
      do: 'enqueue',
      bucket: expect.stringMatching(/^<Bucket/),
      'key.$': '$.manifest_key',
      'model_id.$': '$.model_id',
      'name.$': "States.Format('{}/{}', $.job_name, $.index)",
      output: {
        bucket: expect.stringMatching(/^<Bucket/),
        'prefix.$': "States.Format('output/{}/{}/', $.job_name, $.index)",
      },
      'token.$': '$$.Task.Token',
    });
  });

  it('is valid in both languages', () => {
    const jsonata = new Stack(testApp(), 'Stack');
    machineOf(jsonata, fragmentIn(jsonata, 'Batch', { queue: new BatchQueue(jsonata, 'Queue') }), {
      queryLanguage: sfn.QueryLanguage.JSONATA,
    });
    for (const each of [stack, jsonata]) {
      const { isValid, errorsText } = validate(
        JSON.parse(JSON.stringify(definitionOf(each)).replaceAll('<AWS::Partition>', 'aws')),
      );
      expect(isValid ? '' : errorsText('\n')).toBe('');
    }
  });

  it('has no functions, role or table of its own, and says so', () => {
    expect(Object.keys(resourcesOf(stack, 'AWS::Lambda::Function'))).toHaveLength(6);
    expect(Object.keys(resourcesOf(stack, 'AWS::DynamoDB::Table'))).toHaveLength(1);
    for (const name of ['role', 'createFunction', 'eventHandler', 'table', 'deadLetterQueue', 'alarm', 'errorAlarm'] as const) {
      expect(() => fragment[name]).toThrow(`Stack/Batch has no ${name}: its jobs go through a queue`);
    }
  });

  it('lets the functions of the queue read manifests and write output, below its prefixes', () => {
    const keysOf = (begins: string, action: string) =>
      statementsOf(stack, begins)
        .filter(({ actions }) => actions.includes(action))
        .flatMap(({ resources }) => resources.map((place) => place.replace(/^<.*?>/, '')));
    expect(keysOf('BatchQueueReadsManifests', 's3:GetObject')).toEqual(['/in/*']);
    expect(keysOf('BatchQueueWritesOutput', 's3:PutObject')).toEqual(['/output/*']);
    expect(keysOf('BatchQueueReadsOutput', 's3:GetObject')).toEqual(['/output/*']);
  });

  it.each([
    ['timeout', { timeout: Duration.hours(48) }],
    ['models', { models: ['amazon.nova-pro-v1:0'] }],
    ['jobTags', { jobTags: { team: 'a' } }],
    ['toleratedFailure', { toleratedFailure: 1 }],
    ['sweepInterval', { sweepInterval: Duration.minutes(5) }],
  ])('refuses %s beside it', (name, props) => {
    const other = new Stack();
    const given = { ...props, queue: new BatchQueue(other, 'Queue') };
    expect(() => fragmentIn(other, 'Batch', given)).toThrow(`${name} is given beside queue`);
  });

  it('takes nothing else for a queue', () => {
    expect(() => fragmentIn(new Stack(), 'Batch', { queue: {} as BatchQueue })).toThrow('queue is a Object; give a BatchQueue');
  });
});
