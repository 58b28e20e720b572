import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ReadmeQueueStack } from '../testing/readme-stack';
import { resourcesOf, testApp } from '../testing/synthesis';
import { BatchQueueStack } from '.';

const stack = new BatchQueueStack(testApp(), 'Stack');
const { Parameters, Conditions, Outputs } = Template.fromStack(stack).toJSON();

describe('the parameters of the original', () => {
  it('are those of the template: a model is required, a role is not', () => {
    expect(Parameters.ModelId).toMatchObject({ Type: 'String', MinLength: 1 });
    expect(Parameters.ModelId).not.toHaveProperty('Default');
    expect(Parameters.RoleArn.Default).toBe('');
    const allowed = new RegExp(Parameters.RoleArn.AllowedPattern);
    for (const value of ['', 'arn:aws:iam::123456789012:role/path/mine']) expect(value).toMatch(allowed);
    for (const value of ['mine', 'arn:aws:iam::1:role/mine', 'arn:aws:s3:::bucket']) expect(value).not.toMatch(allowed);
  });

  it('make a role with its policies only where none is given, and hand over the one that there is', () => {
    expect(Conditions.CreateNewRole).toEqual({ 'Fn::Equals': [{ Ref: 'RoleArn' }, ''] });
    const conditional = Object.entries(resourcesOf(stack)).filter(([, each]) => 'Condition' in each);
    expect(conditional.map(([, { Type }]) => Type).sort()).toEqual([
      'AWS::IAM::ManagedPolicy',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
    ]);
    const role = {
      'Fn::If': ['CreateNewRole', { 'Fn::GetAtt': [expect.stringMatching(/^BedrockRole/), 'Arn'] }, { Ref: 'RoleArn' }],
    };
    for (const { Properties } of Object.values(resourcesOf(stack, 'AWS::Lambda::Function'))) {
      expect(Properties.Environment.Variables).toMatchObject({ MODEL_ID: { Ref: 'ModelId' }, BEDROCK_ROLE_ARN: role });
    }
    const passes = Object.values(resourcesOf(stack, 'AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Action: string; Resource: unknown }[])
      .filter(({ Action }) => Action === 'iam:PassRole');
    expect(passes).toHaveLength(5);
    for (const { Resource } of passes) expect(Resource).toEqual(role);
  });

  it('are not there where props say the same', () => {
    const given = new BatchQueueStack(testApp(), 'Stack', { modelId: 'us.amazon.nova-pro-v1:0' });
    const bedrockRole = iam.Role.fromRoleArn(given, 'Mine', 'arn:aws:iam::123456789012:role/mine');
    expect(Object.keys(Template.fromStack(given).toJSON().Parameters)).not.toContain('ModelId');
    const both = new BatchQueueStack(testApp(), 'Both', { modelId: 'us.amazon.nova-pro-v1:0', bedrockRole });
    expect(Object.keys(Template.fromStack(both).toJSON().Parameters)).toEqual(['BootstrapVersion']);
  });
});

it('has outputs by which it is found', () => {
  expect(Object.keys(Outputs)).toEqual(['queueKind', 'bucketName', 'tableName', 'changeFunctionName', 'notificationTopicArn']);
  expect(Outputs.queueKind.Value).toBe('BatchQueue');
});

it('is in the README by an example that synthesises', () => {
  const example = new ReadmeQueueStack(testApp(), 'Stack');
  expect(Object.keys(resourcesOf(example, 'AWS::Lambda::Function'))).toHaveLength(6);
});

it('has every property in docs/batch-queue.md', () => {
  const page = readFileSync(join(__dirname, '../../../../docs/batch-queue.md'), 'utf8');
  const source = readFileSync(join(__dirname, 'batch-queue-props.ts'), 'utf8');
  const [, ...members] = source.slice(source.indexOf('export interface BatchQueueProps')).split('  readonly ');
  const props = members.map((member) => /^\w+/.exec(member)?.[0]);
  expect(props).toHaveLength(21);
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  for (const prop of props)
    expect(
      rows.some((row) => row.split('|')[1]?.includes(`\`${prop}\``)),
      prop,
    ).toBe(true);
});
