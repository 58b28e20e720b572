import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith } from '../../test/cli-harness.ts';
import { removalOf, renderDiff, renderRemoval, renderStep } from '../render/deploy-text.ts';

// At CloudFormation itself: testkit/src/deploy/deploy.account.ts

test('what contradicts itself is refused before anything is loaded or asked', async () => {
  const cwd = folderWith({ 'there/file': '' });
  for (const [argv, said] of [
    [['deploy', 'orchestrator', '--diff', '--destroy'], 'both --diff and --destroy are given'],
    [['deploy', 'orchestrator', '--exit-status'], '--exit-status is given without --diff'],
    [['deploy', 'orchestrator', '--files', '3'], '--files is no option of the stack orchestrator'],
    [['deploy', 'queue', '--results-format', 'csv'], '--results-format is no option of the stack queue'],
    [['deploy', 'orchestra'], 'Allowed choices are orchestrator, queue'],
    [['template', 'orchestrator', '--slots', '0'], 'give a whole number from 1 to 10000'],
  ] as const) {
    const ran = await cli(argv, { cwd });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(said);
  }
});

test('without the package that deploys, the command that installs it is told', () => {
  // as if the program lay where that package is not installed
  const hooks = `import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, context, next) =>
      next(name, name === '@batchrock/deploy' ? { ...context, parentURL: 'file:///nowhere/main.js' } : context) });`;
  const main = join(import.meta.dirname, '../main.ts');
  const argv = ['--conditions=@batchrock/source', `--import=data:text/javascript,${encodeURIComponent(hooks)}`, main];
  const env = { ...process.env, NODE_OPTIONS: '', CI: 'true' };
  for (const command of ['deploy', 'template']) {
    const ran = spawnSync(process.execPath, [...argv, command, 'queue'], { encoding: 'utf8', env, cwd: folderWith() });
    expect(ran).toMatchObject({ status: 5, stdout: '' });
    expect(ran.stderr).toMatch(/^BR-E0217 batchrock \w+ queue needs the package @batchrock\/deploy/);
    expect(ran.stderr).toMatch(new RegExp(`npx -p batchrock@\\S+ -p @batchrock/deploy@\\S+ batchrock ${command} queue\n`));
  }
});

test('a step is a line; beginnings are for -v', () => {
  const resource = { kind: 'resource', type: 'AWS::SQS::Queue', name: 'Kicks', done: 3, total: 54, reason: undefined } as const;
  expect(renderStep({ ...resource, status: 'CREATE_IN_PROGRESS' }, false)).toBeUndefined();
  expect(renderStep({ ...resource, status: 'CREATE_IN_PROGRESS' }, true)).toBe('3/54 CREATE_IN_PROGRESS AWS::SQS::Queue Kicks');
  const failed = { ...resource, status: 'CREATE_FAILED', reason: 'too\n many', total: undefined };
  expect(renderStep(failed, false)).toBe('3 CREATE_FAILED AWS::SQS::Queue Kicks: too many');
});

test('a difference has a sign for each fate, and nothing at all where there is none', () => {
  const change = { logicalId: 'Kicks', type: 'AWS::SQS::Queue', properties: [] };
  const none = { changes: [], others: [], permissionsBroadened: false };
  expect(renderDiff(none)).toEqual([]);
  const lines = renderDiff({
    changes: [
      { ...change, fate: 'add' },
      { ...change, fate: 'replace', properties: ['QueueName'] },
    ],
    others: ['output bucketName'],
    permissionsBroadened: false,
  });
  expect(lines).toEqual(['+ AWS::SQS::Queue  Kicks', '! AWS::SQS::Queue  Kicks  QueueName', '~ output bucketName']);
});

test('what stays is named, what goes is counted, logs are said to go', () => {
  const removal = removalOf([
    { logicalId: 'A', type: 'AWS::S3::Bucket', name: 'my-bucket', isKept: true },
    { logicalId: 'B', type: 'AWS::DynamoDB::Table', name: undefined, isKept: true },
    { logicalId: 'C', type: 'AWS::Logs::LogGroup', name: 'c', isKept: false },
    { logicalId: 'D', type: 'AWS::Logs::LogGroup', name: 'd', isKept: false },
  ]);
  expect(renderRemoval(removal)).toEqual([
    '  stays  AWS::S3::Bucket my-bucket: datasets, prompts, runs and results',
    '  stays  AWS::DynamoDB::Table (never made): the state of the runs',
    '  goes   2 AWS::Logs::LogGroup, with the logs in them',
  ]);
});
