import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from './command-line.ts';
import { type DeployTarget, startDeployTarget } from './deploy-target.ts';

// The CDK's toolkit library, its bootstrap template and ours, at moto's CloudFormation. One story, in order: an empty account is
// bootstrapped, then a stack is made, compared, changed and removed.

const STACK = 'BatchrockOrchestrator';

/** What moto knows no way to make, and passes over: CloudFormation would. */
const UNKNOWN_TO_MOTO = [
  'AWS::CloudWatch::Alarm',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
];

let target: DeployTarget;
let cloudFormation: CloudFormationClient;

beforeAll(async () => {
  target = await startDeployTarget();
  cloudFormation = new CloudFormationClient({});
});
afterAll(async () => {
  cloudFormation?.destroy();
  await target?.close();
});

const run = (argv: readonly string[], answers?: string) => commandLine(argv, target.folder, { answers });
const json = async (...argv: readonly string[]) => JSON.parse((await run([...argv, '--json'])).stdout);

/** A resource of the deployed stack by what its logical id begins with: its name. */
async function nameOf(type: string): Promise<string> {
  for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: STACK })) {
    const found = page.StackResourceSummaries?.find((each) => each.ResourceType === type);
    if (found?.PhysicalResourceId !== undefined) return found.PhysicalResourceId;
  }
  throw new Error(`the stack has no ${type}`);
}

test('an account that is not bootstrapped is told so; without a terminal nobody is asked, and nothing is done', async () => {
  const refused = await run(['deploy', 'orchestrator']);
  expect(refused).toMatchObject({ code: 5, stdout: '' });
  expect(refused.stderr).toMatch(
    /^BR-E0510 account 123456789012 is not bootstrapped in us-east-1; nothing was done\n {2}→ batchrock deploy orchestrator --bootstrap/m,
  );
  const declined = await run(['deploy', 'orchestrator'], 'n');
  expect(declined.code).toBe(5);
  expect(declined.stderr).toContain('the stack CDKToolkit is made (a bucket, roles, a parameter). Go on? [y/N]');
  const { Buckets } = await new S3Client({}).send(new ListBucketsCommand({}));
  expect(Buckets ?? []).toEqual([]);
});

test('a comparison needs no bootstrapped account, and changes nothing', async () => {
  const diff = await json('deploy', 'orchestrator', '--diff');
  expect(diff).toMatchObject({ schema: 'batchrock.deploy/1', action: 'diff', stack: STACK, exists: false, different: true });
  expect(diff.changes.every(({ fate }: { fate: string }) => fate === 'add')).toBe(true);
  expect(diff.changes.length).toBeGreaterThan(40);
  await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }))).rejects.toThrow(/does not exist/);
});

test('who agrees to bootstrap gets the stack, a line for each step, and its outputs', async () => {
  const made = await run(['deploy', 'orchestrator', '--slots', '20', '--tag', 'team=red'], 'y');
  expect(made.stderr).toContain('bootstrapping account 123456789012 in us-east-1');
  expect(made.stderr).toContain(`making stack ${STACK} in us-east-1 of account 123456789012`);
  expect(made.stderr).toMatch(/^\d+\/\d+ CREATE_COMPLETE AWS::CloudFormation::Stack \S+$/m);
  expect(made).toMatchObject({ code: 0 });
  const outputs = Object.fromEntries(
    made.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' = ')),
  );
  expect(Object.keys(outputs).sort()).toEqual(
    expect.arrayContaining(['bucketName', 'stepFunctionArn', 'stepFunctionName', 'tableName']),
  );
  expect(outputs['stepFunctionArn']).toMatch(/^arn:aws:states:us-east-1:123456789012:stateMachine:/);
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }));
  expect(Object.fromEntries((Stacks?.[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toEqual({
    batchrock: 'orchestrator',
    team: 'red',
  });
});

test('every resource of the template is there, but for the types that moto does not know', async () => {
  const types = new Set<string>();
  let unnamed = 0;
  for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: STACK })) {
    for (const { ResourceType } of page.StackResourceSummaries ?? []) {
      if (ResourceType) types.add(ResourceType);
      else unnamed += 1;
    }
  }
  const diff = await json('deploy', 'orchestrator', '--diff', '--stack', 'Another');
  const wanted = diff.changes.map(({ type }: { type: string }) => type);
  const missing = wanted.filter((type: string) => !types.has(type));
  expect([...new Set(missing)].sort()).toEqual(UNKNOWN_TO_MOTO);
  expect(unnamed).toBe(missing.length);
});

test('the same again changes nothing; another option is compared, then changes what it is about', async () => {
  const same = ['deploy', 'orchestrator', '--slots', '20', '--tag', 'team=red'];
  expect(await json(...same)).toMatchObject({ action: 'deploy', changed: false, outputs: { bucketName: expect.any(String) } });
  expect(await run([...same, '--diff', '--exit-status'])).toMatchObject({ code: 0, stdout: '' });

  const bucket = await nameOf('AWS::S3::Bucket');
  const other = ['deploy', 'orchestrator', '--slots', '7', '--tag', 'team=red'];
  const shown = await run([...other, '--diff', '--exit-status']);
  expect(shown.code).toBe(7);
  expect(shown.stdout).toMatch(/^~ AWS::Lambda::Function {2}OrchestratorFunctionsPrepare\w+ {2}Environment$/m);
  expect(shown.stdout).not.toMatch(/^[-!+] /m);

  expect(await json(...other)).toMatchObject({ action: 'deploy', changed: true });
  expect(await json(...other, '--diff')).toMatchObject({ exists: true, different: false, changes: [] });
  expect(await nameOf('AWS::S3::Bucket')).toBe(bucket);
});

test('a stack of somebody else, or of another kind, is left alone', async () => {
  const foreign = await run(['deploy', 'orchestrator', '--stack', 'CDKToolkit']);
  expect(foreign.code).toBe(2);
  expect(foreign.stderr).toContain('BR-E0216 stack CDKToolkit bears no tag batchrock=orchestrator');
  const kind = await run(['deploy', 'queue', '--model', 'amazon.nova-lite-v1:0', '--stack', STACK, '--destroy', '--yes']);
  expect(kind.stderr).toContain(`BR-E0216 stack ${STACK} is of kind orchestrator, not queue`);
});

test('who removes it is told what stays and what goes, and asked', async () => {
  const argv = ['deploy', 'orchestrator', '--destroy'];
  const bucket = await nameOf('AWS::S3::Bucket');
  const table = await nameOf('AWS::DynamoDB::Table');
  const alone = await run(argv);
  expect(alone.code).toBe(2);
  expect(alone.stderr).toContain(`stays  AWS::S3::Bucket ${bucket}: datasets, prompts, runs and results`);
  expect(alone.stderr).toContain(`stays  AWS::DynamoDB::Table ${table}: the state of the runs`);
  expect(alone.stderr).toMatch(/goes {3}7 AWS::Logs::LogGroup, with the logs in them/);
  expect(alone.stderr).toMatch(/BR-E0119 stack BatchrockOrchestrator was not removed: nobody has agreed\n {2}→ add --yes/);
  expect((await run(argv, 'no')).code).toBe(2);
  await nameOf('AWS::S3::Bucket');

  const removed = await json(...argv, '--yes');
  expect(removed).toMatchObject({ action: 'destroy', removed: { 'AWS::Lambda::Function': 6, 'AWS::Logs::LogGroup': 7 } });
  expect(removed.kept).toEqual([
    { type: 'AWS::S3::Bucket', name: bucket },
    { type: 'AWS::DynamoDB::Table', name: table },
  ]);
  await new S3Client({}).send(new HeadBucketCommand({ Bucket: bucket }));
  await new DynamoDBClient({}).send(new DescribeTableCommand({ TableName: table }));
  const again = await run([...argv, '--yes']);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain(`BR-E0215 there is no stack ${STACK} in us-east-1 of account 123456789012`);
});

test('what stayed is handed to a new stack', async () => {
  const { Buckets = [] } = await new S3Client({}).send(new ListBucketsCommand({}));
  const bucket = Buckets.find(({ Name = '' }) => !Name.startsWith('cdk-'))?.Name ?? '';
  const diff = await json('deploy', 'orchestrator', '--bucket', bucket, '--diff');
  expect(diff.changes.filter(({ type }: { type: string }) => type.startsWith('AWS::S3::'))).toEqual([]);
});

test('the queue is made too, with the model that it needs', async () => {
  const without = await run(['deploy', 'queue']);
  expect(without.stderr).toContain('BR-E0112 the stack queue needs --model');
  // the dashboard refers to alarms, which moto does not make
  const made = await json('deploy', 'queue', '--model', 'amazon.nova-lite-v1:0', '--no-dashboard');
  expect(made).toMatchObject({ stack: 'BatchrockQueue', changed: true, outputs: { queueKind: 'BatchQueue' } });
});

test('the templates are what cfn-lint takes, with code that Python unpacks', async () => {
  const folders: string[] = [];
  for (const kind of ['orchestrator', 'queue']) {
    const { files, folder } = await json('template', kind);
    folders.push(folder);
    const assets = files.filter((file: string) => file.endsWith('.zip'));
    expect(assets.length).toBeGreaterThan(4);
    for (const asset of assets) execFileSync(join(target.bin, 'python'), ['-m', 'zipfile', '-t', join(folder, asset)]);
    execFileSync('sh', ['-n', join(folder, 'upload.sh')]);
    const text = readFileSync(join(folder, 'template.json'), 'utf8');
    for (const asset of assets) expect(text).toContain(asset.replace('assets/', ''));
  }
  // both at once: it loads for longer than it lints. It finds superfluous what the CDK writes beside each reference
  const templates = folders.map((folder) => join(folder, 'template.json'));
  execFileSync(join(target.bin, 'cfn-lint'), ['--ignore-checks', 'W3005', '--', ...templates]);
});
