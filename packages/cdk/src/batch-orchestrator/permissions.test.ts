import { Stack, aws_s3 as s3 } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { allowed, type FunctionId, orchestratorStack } from '../testing/orchestrator';
import { flat, resource, resourcesOf, statementsOf, testApp } from '../testing/synthesis';
import { BatchOrchestrator } from '.';

const plain = orchestratorStack();
const workers = ['Follow', 'Kick', 'Collect', 'Sweep'] as const;
const everyone = ['Prepare', ...workers, 'Export'] as const;

/** The resources that a function may use an action on, without the id of the one that they belong to. */
function placesOf(action: string, id: FunctionId, stack: Stack = plain): string[] {
  return allowed(stack, id)
    .filter(({ actions }) => actions.includes(action))
    .flatMap(({ resources }) => resources)
    .map((place) => place.replace(/<Orchestrator([A-Za-z]+?)[0-9A-F]{8}\.Arn>/, '<$1>'))
    .sort();
}

describe('objects', () => {
  it('are read below runs/ by all, everywhere by prepare-run alone', () => {
    for (const id of [...workers]) expect(placesOf('s3:GetObject', id)).toEqual(['<Bucket>/runs/*']);
    expect(placesOf('s3:GetObject', 'Export')).toEqual(['<Bucket>/batch_output_parquet/*', '<Bucket>/runs/*']);
    expect(placesOf('s3:GetObject', 'Prepare')).toContain('<Bucket>/*');
  });

  it('are written below runs/, and below batch_output_parquet/ by those that look after results', () => {
    for (const id of ['Follow', 'Collect', 'Sweep'] as const) expect(placesOf('s3:PutObject', id)).toEqual(['<Bucket>/runs/*']);
    expect(placesOf('s3:PutObject', 'Kick')).toEqual([]);
    expect(placesOf('s3:PutObject', 'Export')).toEqual(['<Bucket>/batch_output_parquet/*']);
    expect(placesOf('s3:PutObject', 'Prepare')).toEqual(['<Bucket>/batch_output_parquet/*', '<Bucket>/runs/*']);
  });

  it('are deleted only where a part was begun and given up', () => {
    const drafts = ['input', 'outcomes', 'rows'].map((folder) => `<Bucket>/runs/*/${folder}/*`);
    expect(placesOf('s3:DeleteObject', 'Prepare')).toEqual(drafts);
    for (const id of ['Follow', 'Collect', 'Sweep'] as const) {
      expect(placesOf('s3:DeleteObject', id)).toEqual(['<Bucket>/runs/*/input/*']);
    }
    for (const id of ['Kick', 'Export'] as const) expect(placesOf('s3:DeleteObject', id)).toEqual([]);
  });

  it('of other buckets are read by prepare-run, and written by nobody', () => {
    const stack = new Stack(testApp(), 'Stack');
    const data = s3.Bucket.fromBucketName(stack, 'Data', 'data-of-others');
    new BatchOrchestrator(stack, 'Orchestrator', { datasetBuckets: [data] });
    const inData = (id: FunctionId) =>
      allowed(stack, id).filter(({ resources }) => resources.some((place) => place.includes('data-of-others')));
    expect(inData('Prepare').flatMap(({ actions }) => actions)).toEqual(['s3:ListBucket', 's3:GetObject']);
    for (const id of [...workers, 'Export'] as const) expect(inData(id)).toEqual([]);
  });
});

describe('the ledger', () => {
  it('is read by key and index, and written by transactions: nothing scans or writes in batches', () => {
    for (const id of everyone) {
      const actions = allowed(plain, id).flatMap((statement) =>
        statement.actions.filter((action) => action.startsWith('dynamodb:')),
      );
      expect(actions).toEqual([
        ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
        'dynamodb:Query',
      ]);
      expect(placesOf('dynamodb:PutItem', id)).toEqual(['<Ledger>']);
      const indexes = ['events', 'open', 'parts', 'runs'].map((index) => `<Ledger>/index/${index}`);
      expect(placesOf('dynamodb:Query', id)).toEqual(indexes);
    }
  });
});

describe('jobs', () => {
  const jobs = 'arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:model-invocation-job/*';

  it('are created, looked at and stopped by those that move a run on, and by nobody else', () => {
    for (const id of workers) {
      for (const action of ['GetModelInvocationJob', 'StopModelInvocationJob', 'TagResource']) {
        expect(placesOf(`bedrock:${action}`, id)).toEqual([jobs]);
      }
      expect(placesOf('bedrock:CreateModelInvocationJob', id)).toContain(jobs);
    }
    for (const id of ['Prepare', 'Export'] as const) {
      expect(
        allowed(plain, id).flatMap(({ actions }) => actions.filter((action) => /^(bedrock|iam|states):/.test(action))),
      ).toEqual([]);
    }
  });

  it('run under one role, which is passed to Bedrock alone', () => {
    for (const id of workers) {
      const [pass, ...others] = allowed(plain, id).filter(({ actions }) => actions.includes('iam:PassRole'));
      expect(others).toEqual([]);
      expect(pass?.resources).toEqual([expect.stringMatching(/^<OrchestratorBedrockRole[0-9A-F]{8}\.Arn>$/)]);
      expect(pass?.condition).toEqual({ StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } });
    }
  });

  it('may use the models that are named, and their profiles where they lead', () => {
    const stack = orchestratorStack({ models: ['us.amazon.nova-pro-v1:0'] });
    const models = [
      'arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:inference-profile/us.amazon.nova-pro-v1:0',
      'arn:<AWS::Partition>:bedrock:us-*::foundation-model/amazon.nova-pro-v1:0',
    ];
    for (const id of workers) expect(placesOf('bedrock:CreateModelInvocationJob', id, stack)).toEqual([jobs, ...models].sort());
    const [statement] = resource(stack, 'AWS::IAM::ManagedPolicy').Properties.PolicyDocument.Statement;
    expect(statement.Resource.map(flat)).toEqual(models);
  });
});

describe("Bedrock's role", () => {
  it('is for batch jobs of this account and Region', () => {
    const { Statement } = resource(plain, 'AWS::IAM::Role', 'OrchestratorBedrockRole').Properties.AssumeRolePolicyDocument;
    expect(Statement).toHaveLength(1);
    expect(Statement[0].Principal).toEqual({ Service: 'bedrock.amazonaws.com' });
    expect(Statement[0].Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
    expect(flat(Statement[0].Condition.ArnLike['aws:SourceArn'])).toBe(
      'arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:model-invocation-job/*',
    );
  });

  it('reads the input of runs and writes their output', () => {
    const statements = statementsOf(plain, 'OrchestratorBedrockRoleDefaultPolicy');
    const keysOf = (action: string) =>
      statements
        .filter(({ actions }) => actions.includes(action))
        .flatMap(({ resources }) => resources.map((place) => place.replace(/^<.*?>/, '')));
    expect(keysOf('s3:PutObject')).toEqual(['/runs/*/output/*']);
    expect(keysOf('s3:GetObject')).toEqual(['/runs/*/input/*', '/runs/*/output/*']);
    expect(statements.flatMap(({ actions }) => actions).filter((action) => action.includes('Delete'))).toEqual([]);
  });
});

it('lets parts be sent by who sees the end of jobs, and each queue be emptied by its function', () => {
  const queue = (name: string) => `<${name}Queue>`;
  for (const id of everyone) {
    const own = { Kick: [queue('Kicks')], Collect: [queue('Collections')] }[id as string] ?? [];
    expect(placesOf('sqs:ReceiveMessage', id)).toEqual(own);
    const sends = id === 'Kick' || id === 'Sweep';
    expect(placesOf('sqs:SendMessage', id)).toEqual(sends ? [queue('Collections')] : []);
  }
});

it('lets those that move a run on answer its task, and the sweep keep it alive', () => {
  for (const id of workers) {
    for (const action of ['SendTaskSuccess', 'SendTaskFailure']) expect(placesOf(`states:${action}`, id)).toEqual(['*']);
    expect(placesOf('states:SendTaskHeartbeat', id)).toEqual(id === 'Sweep' ? ['*'] : []);
  }
});

it('lets the state machine call its three functions, and no versions of them', () => {
  const [call] = statementsOf(plain, 'OrchestratorStateMachineRoleDefaultPolicy').filter(({ actions }) =>
    actions.includes('lambda:InvokeFunction'),
  );
  expect(call?.resources.map((place) => place.replace(/^<OrchestratorFunctions([A-Z][a-z]+).*\.Arn>$/, '$1'))).toEqual([
    'Prepare',
    'Follow',
    'Export',
  ]);
});

it('gives a wildcard for a resource only to what knows none', () => {
  const open = Object.values(resourcesOf(plain, 'AWS::IAM::Policy')).flatMap(({ Properties }) =>
    (Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[]).flatMap(({ Action, Resource }) =>
      [Resource].flat().includes('*') ? Action : [],
    ),
  );
  for (const action of open) expect(action).toMatch(/^(bedrock:ListModelInvocationJobs|states:SendTask[A-Z]\w+|logs:\w+)$/);
});
