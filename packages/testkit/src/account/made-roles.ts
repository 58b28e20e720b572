import { type IAMClient, paginateGetAccountAuthorizationDetails } from '@aws-sdk/client-iam';
import { GetKeyPolicyCommand, type KMSClient, paginateListKeys } from '@aws-sdk/client-kms';
import type { AccountClients } from './clients.ts';
import { type Judge, parsePolicy } from './judge/index.ts';

/**
 * Tells the judge of roles that calls have made, with their trust and policies as they are now, and of keys; those of templates it
 * knows.
 */
export function createRoleReader({ iam, kms, kmsElsewhere }: AccountClients, judge: Judge): () => Promise<void> {
  const made = new Set<string>();
  return async () => {
    for (const client of [kms, kmsElsewhere]) await readKeys(client, judge);
    await readRoles(iam, judge, made);
  };
}

/** IAM's policies say nothing about a key unless its own lets them. */
async function readKeys(kms: KMSClient, judge: Judge): Promise<void> {
  for await (const { Keys = [] } of paginateListKeys({ client: kms }, {})) {
    for (const { KeyArn = '', KeyId } of Keys) {
      const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
      if (Policy !== undefined) judge.putResourcePolicy(KeyArn, parsePolicy(Policy, KeyArn));
    }
  }
}

async function readRoles(iam: IAMClient, judge: Judge, made: Set<string>): Promise<void> {
  const documents = new Map<string, string>();
  const pages = paginateGetAccountAuthorizationDetails({ client: iam }, { Filter: ['Role', 'LocalManagedPolicy'] });
  const roles = [];
  for await (const { RoleDetailList = [], Policies = [] } of pages) {
    roles.push(...RoleDetailList);
    for (const { Arn = '', PolicyVersionList = [] } of Policies) {
      documents.set(Arn, decoded(PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document));
    }
  }
  for (const { Arn = '', AssumeRolePolicyDocument, RolePolicyList = [], AttachedManagedPolicies = [] } of roles) {
    if (judge.hasRole(Arn) && !made.has(Arn)) continue;
    made.add(Arn);
    const inline = RolePolicyList.map(({ PolicyName = '', PolicyDocument }) => [PolicyName, decoded(PolicyDocument)] as const);
    const attached = AttachedManagedPolicies.flatMap(({ PolicyArn = '', PolicyName = '' }) => {
      const document = documents.get(PolicyArn);
      return document === undefined ? [] : [[PolicyName, document] as const];
    });
    judge.addRole(Arn, parsePolicy(decoded(AssumeRolePolicyDocument), `${Arn}, its trust`));
    for (const [name, document] of [...inline, ...attached]) judge.attach(Arn, name, parsePolicy(document, name));
  }
}

function decoded(document: string | undefined): string {
  return decodeURIComponent(document ?? '');
}
