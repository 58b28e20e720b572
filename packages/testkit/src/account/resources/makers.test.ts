import { createServiceClock } from '@batchrock/local';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Rule } from '../events/index.ts';
import { openJudge, permission } from '../judge/index.ts';
import { createQueues } from '../queues/index.ts';
import type { Mapping } from '../sources/index.ts';
import type { Json } from '../template/index.ts';
import { createTopics } from '../topics/index.ts';
import { makerOf } from './makers.ts';
import type { AccountState } from './making.ts';

const place = { partition: 'aws', region: 'eu-west-1', account: '123456789012' };
const roleArn = 'arn:aws:iam::123456789012:role/worker';
const queueArn = 'arn:aws:sqs:eu-west-1:123456789012:work';

let account: AccountState;
let mappings: Mapping[];
let rules: Rule[];
beforeEach(() => {
  mappings = [];
  rules = [];
  const judge = openJudge(place);
  const queues = createQueues({ place, clock: createServiceClock() });
  queues.create('work', { VisibilityTimeout: '60' });
  const worker = { name: 'worker', arn: 'arn', roleArn, codeFolder: '/', handler: 'index.handler', environment: {} };
  account = {
    place,
    // what is made here needs no moto
    clients: {} as AccountState['clients'],
    judge,
    queues,
    functions: new Map([['worker', { ...worker, timeoutSeconds: 60, memoryMB: 128 }]]),
    logGroups: new Map(),
    alarms: new Map(),
    topics: createTopics(),
    tellingBuckets: new Set(),
    keepsVersions: true,
    managedPolicies: new Map(),
    stacks: new Map(),
    addFunction: () => {},
    addRule: (rule) => void rules.push(rule),
    setMapping: (mapping) => void mappings.push(mapping),
  };
  judge.addRole(roleArn, { Statement: [] });
});

const make = (type: string, properties: Readonly<Record<string, Json>>) =>
  makerOf(type)({ account, stackName: 'stack', logicalId: 'Thing', properties, asset: () => undefined });
const allow = (...actions: readonly string[]): void =>
  account.judge.attach(roleArn, 'polling', { Statement: [{ Effect: 'Allow', Action: actions, Resource: queueArn }] });

describe('an event source mapping', () => {
  const TYPE = 'AWS::Lambda::EventSourceMapping';
  const polling = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
  const given = { EventSourceArn: queueArn, FunctionName: 'worker' };

  test('has the defaults of Lambda where the template says nothing', async () => {
    allow(...polling);
    const { ref, attributes } = await make(TYPE, given);
    expect(ref).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(attributes).toMatchObject({ Id: ref });
    expect(mappings).toEqual([
      {
        id: ref,
        queueArn,
        functionName: 'worker',
        isEnabled: true,
        batchSize: 10,
        windowSeconds: 0,
        reportsItemFailures: false,
      },
    ]);
  });

  test('takes what the template says, and changes when it does', async () => {
    allow(...polling);
    await make(TYPE, given);
    await make(TYPE, {
      ...given,
      FunctionName: 'arn:aws:lambda:eu-west-1:123456789012:function:worker',
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
      ScalingConfig: { MaximumConcurrency: 7 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      Enabled: false,
    });
    expect(mappings[1]).toEqual({
      id: mappings[0]?.id,
      queueArn,
      functionName: 'worker',
      isEnabled: false,
      batchSize: 100,
      windowSeconds: 5,
      maximumConcurrency: 7,
      reportsItemFailures: true,
    });
  });

  test.each(polling)('is refused without %s', async (missing) => {
    allow(...polling.filter((action) => action !== missing));
    const action = missing.replace('sqs:', '');
    await expect(make(TYPE, given)).rejects.toThrow(`does not have permissions to call ${action} on SQS`);
    expect(mappings).toEqual([]);
  });

  test('is refused where the messages of the queue come back before the function ends', async () => {
    allow(...polling);
    account.queues.change('work', { VisibilityTimeout: '59' });
    await expect(make(TYPE, given)).rejects.toThrow('59 seconds is less than Function timeout: 60 seconds');
  });

  test('is refused for a stream, a filter, and a function or queue that is not there', async () => {
    allow(...polling);
    await expect(make(TYPE, { ...given, EventSourceArn: 'arn:aws:kinesis:eu-west-1:1:stream/s' })).rejects.toThrow('is no queue');
    await expect(make(TYPE, { ...given, FilterCriteria: {} })).rejects.toThrow('FilterCriteria');
    await expect(make(TYPE, { ...given, FunctionName: 'nobody' })).rejects.toThrow('Function does not exist: nobody');
    await expect(make(TYPE, { ...given, EventSourceArn: `${queueArn}2` })).rejects.toThrow('does not exist');
  });
});

test('a rule transforms the input of its targets', async () => {
  const InputTransformer = { InputPathsMap: { job: '$.detail.job' }, InputTemplate: '{"job":<job>}' };
  await make('AWS::Events::Rule', { EventPattern: { source: ['a'] }, Targets: [{ Id: 'T', Arn: queueArn, InputTransformer }] });
  const inputTransformer = { inputPathsMap: { job: '$.detail.job' }, inputTemplate: '{"job":<job>}' };
  expect(rules[0]?.targets).toEqual([{ arn: queueArn, inputTransformer }]);
});

test('a topic is an ARN, and its policy lets others publish', async () => {
  const { ref } = await make('AWS::SNS::Topic', { TopicName: 'alarms' });
  expect(ref).toBe('arn:aws:sns:eu-west-1:123456789012:alarms');
  const publish = () =>
    account.judge.judge(
      { kind: 'service', name: 'cloudwatch.amazonaws.com', sourceArn: 'alarm' },
      permission('sns:Publish', ref),
    );
  expect((await publish()).allowed).toBe(false);
  const Statement = [
    { Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish', Resource: ref },
  ];
  await make('AWS::SNS::TopicPolicy', { Topics: [ref], PolicyDocument: { Statement } });
  expect((await publish()).allowed).toBe(true);
  await expect(make('AWS::SNS::Topic', { Subscription: [] })).rejects.toThrow('Subscription');
});

test('a dashboard is JSON with widgets', async () => {
  const { ref } = await make('AWS::CloudWatch::Dashboard', { DashboardName: 'runs', DashboardBody: '{"widgets":[]}' });
  expect(ref).toBe('runs');
  await expect(make('AWS::CloudWatch::Dashboard', { DashboardBody: '{"widgets":{}}' })).rejects.toThrow('no list of "widgets"');
});

test('a type that nobody makes is refused by its name', () => {
  expect(() => makerOf('AWS::SNS::Subscription')).toThrow('AWS::SNS::Subscription is not known here');
});
