import { describe, expect, it } from 'vitest';
import { allowedInQueue, type FileFunctionId, fileFunctionIds, queueStack } from '../testing/queue';
import { resource, resourcesOf, statementsOf } from '../testing/synthesis';

const plain = queueStack();
const everyone = Object.values(fileFunctionIds);

/** The resources that a function may use an action on, without the id of the one that they belong to. */
function placesOf(action: string, id: FileFunctionId): string[] {
  return allowedInQueue(plain, id)
    .filter(({ actions }) => actions.includes(action))
    .flatMap(({ resources }) => resources)
    .map((place) => place.replace(/<Queue([A-Za-z]+?)(Queue)?[0-9A-F]{8}(\.Arn)?>/, '<$1>'))
    .sort();
}

const may = (action: string) => Object.fromEntries(everyone.map((id) => [id, placesOf(action, id)]));

describe('objects', () => {
  it('are read where a function has to: below to-process/ by who checks files, below processed/ by who says where results are', () => {
    const runs = ['<Bucket>/runs/*'];
    const files = ['<Bucket>/processed/*', '<Bucket>/runs/*', '<Bucket>/to-process/*'];
    expect(may('s3:GetObject')).toEqual({ Take: files, Kick: runs, Collect: runs, Finish: files, Change: files, Sweep: runs });
  });

  it('are written below runs/, and results below processed/ alone, never below to-process/', () => {
    const runs = ['<Bucket>/runs/*'];
    expect(may('s3:PutObject')).toEqual({
      Take: ['<Bucket>/failed/*', '<Bucket>/processed/*', '<Bucket>/runs/*'],
      Kick: [],
      Collect: runs,
      Finish: ['<Bucket>/failed/*', '<Bucket>/processed/*', '<Bucket>/runs/*'],
      Change: ['<Bucket>/failed/*', '<Bucket>/runs/*'],
      Sweep: runs,
    });
  });

  it('are deleted where a part was begun and given up, and files that were moved below failed/', () => {
    const inputs = ['<Bucket>/runs/*/input/*'];
    expect(may('s3:DeleteObject')).toEqual({
      Take: [...['input', 'outcomes', 'rows'].map((folder) => `<Bucket>/runs/*/${folder}/*`), '<Bucket>/to-process/*'],
      Kick: [],
      Collect: inputs,
      Finish: ['<Bucket>/to-process/*'],
      Change: [...inputs, '<Bucket>/to-process/*'],
      Sweep: inputs,
    });
  });
});

it('messages are sent by who has something to say, and taken by one function for each queue', () => {
  const finishes = ['<Finishes>'];
  expect(may('sqs:SendMessage')).toEqual({
    Take: ['<Finishes>', '<Intake>'],
    Kick: ['<Collections>', '<Finishes>'],
    Collect: finishes,
    Finish: finishes,
    Change: ['<Finishes>', '<Intake>'],
    Sweep: ['<Collections>', '<Finishes>', '<Intake>'],
  });
  expect(may('sqs:ReceiveMessage')).toEqual({
    Take: ['<Intake>'],
    Kick: ['<Kicks>'],
    Collect: ['<Collections>'],
    Finish: finishes,
    Change: [],
    Sweep: [],
  });
});

it('files at their end are told of by those that bring them there, to the topic and to tasks that wait', () => {
  for (const id of everyone) {
    const tells = ['Take', 'Finish', 'Change'].includes(id);
    expect(placesOf('sns:Publish', id)).toEqual(tells ? ['<Notifications>'] : []);
    expect(placesOf('states:SendTaskSuccess', id)).toEqual(tells ? ['*'] : []);
    expect(placesOf('states:SendTaskHeartbeat', id)).toEqual(id === 'Sweep' ? ['*'] : []);
  }
});

it('jobs are created under one role, which is passed to Bedrock alone, by all but who writes results', () => {
  for (const id of everyone) {
    const [pass, ...others] = allowedInQueue(plain, id).filter(({ actions }) => actions.includes('iam:PassRole'));
    expect(others).toEqual([]);
    expect(pass?.condition).toEqual(
      id === 'Finish' ? undefined : { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } },
    );
  }
  const { Statement } = resource(plain, 'AWS::IAM::Role', 'QueueBedrockRole').Properties.AssumeRolePolicyDocument;
  expect(Statement).toHaveLength(1);
  expect(Object.keys(Statement[0].Condition)).toEqual(['StringEquals', 'ArnLike']);
  const role = statementsOf(plain, 'QueueBedrockRoleDefaultPolicy');
  const keysOf = (action: string) =>
    role
      .filter(({ actions }) => actions.includes(action))
      .flatMap(({ resources }) => resources.map((place) => place.replace(/^<.*?>/, '')));
  expect(keysOf('s3:PutObject')).toEqual(['/runs/*/output/*']);
  expect(keysOf('s3:GetObject')).toEqual(['/runs/*/input/*', '/runs/*/output/*']);
});

it('the ledger is read by key and index: nothing scans; a wildcard is for what knows no resource', () => {
  for (const id of everyone) {
    const actions = allowedInQueue(plain, id).flatMap((statement) => statement.actions);
    expect(actions.filter((action) => /Scan|Batch(Write|Get)|\*$|InvokeModel$/.test(action))).toEqual([]);
    expect(placesOf('dynamodb:Query', id)).toEqual(['events', 'open', 'parts', 'runs'].map((index) => `<Ledger>/index/${index}`));
  }
  const open = Object.values(resourcesOf(plain, 'AWS::IAM::Policy')).flatMap(({ Properties }) =>
    (Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[]).flatMap(({ Action, Resource }) =>
      [Resource].flat().includes('*') ? Action : [],
    ),
  );
  for (const action of open) expect(action).toMatch(/^(bedrock:ListModelInvocationJobs|states:SendTask[A-Z]\w+)$/);
});
