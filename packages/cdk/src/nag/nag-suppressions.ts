import { AspectPriority, Aspects, CfnResource, type IAspect, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { textOf } from './text-of';

/** Why a kind of wildcard is meant. `finding` is matched against cdk-nag's name of it, such as `Resource::*`. */
interface Wildcard {
  readonly finding: RegExp;
  readonly reason: string;
}

const wildcards: readonly Wildcard[] = [
  {
    finding: /^Action::s3:(GetObject|GetBucket|List|Abort)\*$/,
    reason: 'The actions by which the CDK grants reading or writing',
  },
  { finding: /^Action::kms:(GenerateDataKey|ReEncrypt)\*$/, reason: 'The actions by which the CDK grants the use of a key' },
  { finding: /model-invocation-job\/\*$/, reason: 'Jobs get their ids from Bedrock when they are created' },
  {
    finding: /:bedrock:.*:(foundation-model|inference-profile|application-inference-profile|custom-model)\//,
    reason: 'The models that this construct was given, in the Regions that their profiles lead to, or all of them',
  },
  { finding: /^Resource::.*\/answers\/\*$/, reason: 'Answers too large for a state machine, named when they are written' },
  {
    finding: /^Resource::(?!arn:<AWS::Partition>:(?!s3:)).+\/([^:]*\/)?\*$/,
    reason: 'Objects of the given bucket, below the given prefix where there is one; objects are named at run time',
  },
  {
    finding: /:ec2:.*:(network-interface|security-group)\/\*$/,
    reason: 'Bedrock makes the network interfaces of a job',
  },
  {
    finding: /^Resource::\*$/,
    reason:
      'Listing jobs, answering task tokens, describing networks, sending traces and delivering the logs of a state machine know no ' +
      'resource (service authorization reference)',
  },
];

const wildcardRule = 'AwsSolutions-IAM5';

/**
 * Tells cdk-nag, for those who run it, which wildcards of the policies below a construct are meant, each with its reason. What
 * others grant to the same roles stays a finding unless it is of the same kind.
 */
export function explainWildcards(construct: IConstruct): void {
  // before the checks of cdk-nag 2, an aspect too; version 3 looks at the finished tree
  Aspects.of(construct).add(new WildcardReasons(), { priority: AspectPriority.MUTATING });
}

/** Tells cdk-nag that a rule does not hold for a resource, and why. */
export function suppressNag(resource: CfnResource, rule: string, reason: string, findings: readonly string[] = []): void {
  writeForVersion2(resource, rule, reason, findings);
  writeForVersion3(resource, findings.length === 0 ? [rule] : findings.map((finding) => `${rule}[${finding}]`), reason);
}

class WildcardReasons implements IAspect {
  public visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node)) return;
    if (!['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].includes(node.cfnResourceType)) return;
    const findings = wildcardsOf(node, Stack.of(node));
    for (const reason of new Set(wildcards.map((wildcard) => wildcard.reason))) {
      const meant = findings.filter((finding) => wildcards.find((wildcard) => wildcard.finding.test(finding))?.reason === reason);
      if (meant.length > 0) suppressNag(node, wildcardRule, reason, meant);
    }
  }
}

/** What cdk-nag calls the wildcards of a policy: `Action::<action>` and `Resource::<ARN, with names in angle brackets>`. */
function wildcardsOf(policy: CfnResource, stack: Stack): string[] {
  const document = stack.resolve((policy as unknown as { policyDocument: unknown }).policyDocument) as {
    readonly Statement?: readonly { readonly Action: unknown; readonly Resource: unknown }[];
  };
  const findings = new Set<string>();
  for (const { Action, Resource } of document.Statement ?? []) {
    for (const action of listOf(Action)) findings.add(`Action::${textOf(action)}`);
    for (const resource of listOf(Resource)) findings.add(`Resource::${textOf(resource)}`);
  }
  return [...findings].filter((finding) => finding.includes('*'));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** cdk-nag 2 reads the metadata of the resource in the template, whether it runs there or elsewhere. */
function writeForVersion2(resource: CfnResource, id: string, reason: string, findings: readonly string[]): void {
  const known = (resource.getMetadata('cdk_nag') as { rules_to_suppress?: object[] } | undefined)?.rules_to_suppress ?? [];
  const rule = findings.length === 0 ? { id, reason } : { id, reason, applies_to: findings };
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...known, rule] });
}

/** cdk-nag 3 reads what `Validations.of(resource).acknowledge()` writes, which the older versions of the CDK do not have. */
function writeForVersion3(resource: CfnResource, ids: readonly string[], reason: string): void {
  const acknowledged = Object.fromEntries(ids.map((id) => [`Annotation::${id}`, reason]));
  resource.node.addMetadata('aws:cdk:acknowledged-rules', acknowledged);
}
