import {
  CreatePolicyCommand,
  CreateRoleCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { type PolicyDocument, parsePolicy } from '../judge/index.ts';
import { type AccountState, type Maker, physicalName } from './making.ts';
import { recordsOf, refuse, requiredText, textOf, textsOf } from './properties.ts';

/** `AWS::IAM::Role`, on moto and for the judge. */
export const makeRole: Maker = async (making) => {
  const { account, properties } = making;
  refuse(properties, 'PermissionsBoundary');
  const name = textOf(properties['RoleName']) ?? physicalName(making, 64);
  const trust = parsePolicy(properties['AssumeRolePolicyDocument'], `${name}, its trust`);
  const path = textOf(properties['Path']) ?? '/';
  const command = new CreateRoleCommand({ RoleName: name, Path: path, AssumeRolePolicyDocument: JSON.stringify(trust) });
  const { Role } = await account.clients.iam.send(command);
  const arn = Role?.Arn ?? '';
  account.judge.addRole(arn, trust);
  for (const policy of recordsOf(properties['Policies'])) {
    await addInline(account, name, arn, requiredText(policy, 'PolicyName'), parsePolicy(policy['PolicyDocument'], name));
  }
  for (const policyArn of textsOf(properties['ManagedPolicyArns'])) {
    const { name: policyName, document } = await managedPolicy(account, policyArn);
    account.judge.attach(arn, policyName, document);
  }
  return { ref: name, attributes: { Arn: arn, RoleId: Role?.RoleId ?? '' } };
};

/** `AWS::IAM::Policy`: inline policies of roles, on moto and for the judge. */
export const makePolicy: Maker = async ({ account, properties }) => {
  refuse(properties, 'Users', 'Groups');
  const name = requiredText(properties, 'PolicyName');
  const document = parsePolicy(properties['PolicyDocument'], name);
  for (const role of textsOf(properties['Roles'])) await addInline(account, role, roleArn(account, role), name, document);
  return { ref: name, attributes: { Id: name } };
};

/** `AWS::IAM::ManagedPolicy`, on moto and for the judge. */
export const makeManagedPolicy: Maker = async (making) => {
  const { account, properties } = making;
  refuse(properties, 'Users', 'Groups');
  const name = textOf(properties['ManagedPolicyName']) ?? physicalName(making, 128);
  const document = parsePolicy(properties['PolicyDocument'], name);
  const path = textOf(properties['Path']) ?? '/';
  const command = new CreatePolicyCommand({ PolicyName: name, Path: path, PolicyDocument: JSON.stringify(document) });
  const { Policy } = await account.clients.iam.send(command);
  const arn = Policy?.Arn ?? '';
  account.managedPolicies.set(arn, { name, document });
  for (const role of textsOf(properties['Roles'])) account.judge.attach(roleArn(account, role), name, document);
  return { ref: arn, attributes: { PolicyArn: arn, PolicyId: Policy?.PolicyId ?? '' } };
};

async function addInline(
  account: AccountState,
  role: string,
  arn: string,
  name: string,
  document: PolicyDocument,
): Promise<void> {
  const PolicyDocument = JSON.stringify(document);
  await account.clients.iam.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: name, PolicyDocument }));
  account.judge.attach(arn, name, document);
}

/** A policy of a template, else one of AWS, which moto carries. */
async function managedPolicy(account: AccountState, arn: string): Promise<{ name: string; document: PolicyDocument }> {
  const known = account.managedPolicies.get(arn);
  if (known !== undefined) return known;
  const { iam } = account.clients;
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
  const version = { PolicyArn: arn, VersionId: Policy?.DefaultVersionId };
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand(version));
  const name = Policy?.PolicyName ?? arn;
  return { name, document: parsePolicy(decodeURIComponent(PolicyVersion?.Document ?? ''), name) };
}

function roleArn({ place }: AccountState, name: string): string {
  return `arn:${place.partition}:iam::${place.account}:role/${name}`;
}
