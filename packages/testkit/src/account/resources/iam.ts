import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { type PolicyDocument, parsePolicy } from '../judge/index.ts';
import { type AccountState, type Made, type Maker, physicalName } from './making.ts';
import { recordsOf, refuse, requiredText, textOf, textsOf } from './properties.ts';

/** `AWS::IAM::Role`, on moto and for the judge. */
export const makeRole: Maker = async (making) => {
  const { account, properties } = making;
  refuse(properties, 'PermissionsBoundary');
  const name = textOf(properties['RoleName']) ?? physicalName(making, 64);
  const trust = parsePolicy(properties['AssumeRolePolicyDocument'], `${name}, its trust`);
  const path = textOf(properties['Path']) ?? '/';
  const role = { RoleName: name, Path: path, trust: JSON.stringify(trust) };
  const attributes = making.before?.attributes ?? (await createRole(account, role));
  if (making.before !== undefined) {
    const changed = { RoleName: name, PolicyDocument: role.trust };
    await account.clients.iam.send(new UpdateAssumeRolePolicyCommand(changed));
  }
  const arn = String(attributes['Arn']);
  account.judge.addRole(arn, trust);
  for (const policy of recordsOf(properties['Policies'])) {
    await addInline(account, name, arn, requiredText(policy, 'PolicyName'), parsePolicy(policy['PolicyDocument'], name));
  }
  for (const policyArn of textsOf(properties['ManagedPolicyArns'])) {
    const { name: policyName, document } = await managedPolicy(account, policyArn);
    account.judge.attach(arn, policyName, document);
  }
  return { ref: name, attributes };
};

async function createRole(
  account: AccountState,
  { trust, ...role }: { readonly RoleName: string; readonly Path: string; readonly trust: string },
): Promise<Made['attributes']> {
  const { Role } = await account.clients.iam.send(new CreateRoleCommand({ ...role, AssumeRolePolicyDocument: trust }));
  return { Arn: Role?.Arn ?? '', RoleId: Role?.RoleId ?? '' };
}

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
  const PolicyDocument = JSON.stringify(document);
  const { iam } = account.clients;
  const made = making.before ?? (await createPolicy(account, { PolicyName: name, Path: path, PolicyDocument }));
  const arn = made.ref;
  if (making.before !== undefined) {
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument, SetAsDefault: true }));
  }
  account.managedPolicies.set(arn, { name, document });
  for (const role of textsOf(properties['Roles'])) account.judge.attach(roleArn(account, role), name, document);
  return { ref: arn, attributes: made.attributes };
};

async function createPolicy(
  account: AccountState,
  policy: { readonly PolicyName: string; readonly Path: string; readonly PolicyDocument: string },
): Promise<Made> {
  const { Policy } = await account.clients.iam.send(new CreatePolicyCommand(policy));
  const arn = Policy?.Arn ?? '';
  return { ref: arn, attributes: { PolicyArn: arn, PolicyId: Policy?.PolicyId ?? '' } };
}

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
