import { readFileSync } from 'node:fs';
import { App, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { fragmentIn, machineOf, resourcesOf, testApp } from '../testing/synthesis';

// what belongs to the user in these stacks: the bucket, the key, the network, the state machine itself
const ofTheUser = /^Stack\/(Bucket|Key|Vpc|Machine\d+)(\/|$)/;

function findingsIn(stack: Stack): string[] {
  const { violations } = new AwsSolutionsChecks(stack.node.root).validateScope(stack.node.root);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources
      .map((resource) => `${ruleName} ${(resource as unknown as { constructPath: string }).constructPath}`)
      .filter((finding) => !ofTheUser.test(finding.slice(ruleName.length + 1))),
  );
}

it('leaves no finding of AwsSolutions without a reason, with and without the options', () => {
  const stack = new Stack(testApp(), 'Stack');
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
  const outputEncryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
  const tracing = lambda.Tracing.ACTIVE;
  machineOf(stack, fragmentIn(stack, 'Plain', { tracing }));
  const models = ['us.amazon.nova-pro-v1:0'];
  machineOf(
    stack,
    fragmentIn(stack, 'Full', { tracing, vpc, outputEncryptionKey, models, jobTags: { a: 'b' }, inputPrefix: 'in/' }),
  );
  resourcesOf(stack); // synthesises: reasons are written then
  expect(findingsIn(stack)).toEqual([]);
});

it('leaves none under the feature flags of a new project either, which put statements together', () => {
  const file = require.resolve('aws-cdk-lib/recommended-feature-flags.json');
  const flags = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  expect(flags['@aws-cdk/aws-iam:minimizePolicies']).toBe(true);
  const stack = new Stack(new App({ context: { ...flags, 'aws:cdk:disable-asset-staging': true } }), 'Stack');
  machineOf(stack, fragmentIn(stack, 'Plain', { tracing: lambda.Tracing.ACTIVE }));
  expect(Object.keys(resourcesOf(stack, 'AWS::Lambda::Function'))).toHaveLength(2);
  expect(findingsIn(stack)).toEqual([]);
});

it('gives every suppression its reason and the findings that it is for', () => {
  const stack = new Stack(testApp(), 'Stack');
  machineOf(stack, fragmentIn(stack));
  const rules = Object.values(resourcesOf(stack)).flatMap((resource) => resource.Metadata?.cdk_nag?.rules_to_suppress ?? []);
  expect(rules.length).toBeGreaterThan(5);
  for (const rule of rules) {
    expect(rule.reason.length).toBeGreaterThan(20);
    if (rule.id === 'AwsSolutions-IAM5') expect(rule.applies_to.length).toBeGreaterThan(0);
  }
});

it('does not hide what others grant to its functions', () => {
  const stack = new Stack(testApp(), 'Stack');
  const fragment = fragmentIn(stack);
  machineOf(stack, fragment);
  fragment.createFunction.addToRolePolicy(new iam.PolicyStatement({ actions: ['sqs:*'], resources: ['*'] }));
  resourcesOf(stack);
  expect(findingsIn(stack).join()).toContain('AwsSolutions-IAM5[Action::sqs:*]');
});
