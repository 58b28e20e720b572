import { isDeepStrictEqual } from 'node:util';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  type Role,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { StateError } from '@batchrock/core';
import { ROLE_DESCRIPTION, ROLE_POLICY_NAME, type SetupNeeds } from './needs.ts';
import { type PolicyDocument, rolePolicy, trustPolicy } from './policies.ts';
import { atRest, hasSetupTag, orNone, SETUP_TAG, type SetupSetting, type SetupStep } from './setup-step.ts';

/** What is missing of the role of the jobs. Throws `BR-E0216` for a role of its name that somebody else has made. */
export async function roleStep(client: IAMClient, needs: SetupNeeds): Promise<SetupStep> {
  const { roleName: RoleName } = needs;
  const trust = trustPolicy(needs);
  const allowed = rolePolicy(needs);
  const role = await findRole(client, RoleName);
  const head = { resource: 'role', name: RoleName } as const;
  const putPolicy = new PutRolePolicyCommand({ RoleName, PolicyName: ROLE_POLICY_NAME, PolicyDocument: JSON.stringify(allowed) });
  if (role === undefined) {
    return {
      ...head,
      change: 'create',
      settings: [
        { name: 'trust', after: trust },
        { name: 'policy', after: allowed },
      ],
      async apply() {
        const AssumeRolePolicyDocument = JSON.stringify(trust);
        await client.send(
          new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Description: ROLE_DESCRIPTION, Tags: [SETUP_TAG] }),
        );
        await client.send(putPolicy);
      },
    };
  }
  checkOurs(role);
  const before = { trust: decoded(role.AssumeRolePolicyDocument), policy: await policyOf(client, RoleName) };
  const isTrusted = isDeepStrictEqual(before.trust, trust);
  const isAllowed = isDeepStrictEqual(before.policy, allowed);
  const settings: SetupSetting[] = [];
  if (!isTrusted) settings.push({ name: 'trust', before: before.trust, after: trust });
  if (!isAllowed) settings.push({ name: 'policy', ...(before.policy && { before: before.policy }), after: allowed });
  return {
    ...head,
    change: settings.length === 0 ? 'none' : 'update',
    settings,
    async apply() {
      if (!isTrusted) {
        await client.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(trust) }));
      }
      if (!isAllowed) await client.send(putPolicy);
    },
  };
}

/** Removes the role that `setup` has made; one to which others have added policies stays. */
export async function roleRemoval(client: IAMClient, { roleName: RoleName }: SetupNeeds): Promise<SetupStep> {
  const role = await findRole(client, RoleName);
  const head = { resource: 'role', name: RoleName } as const;
  if (role === undefined) return atRest(head, 'none');
  if (!hasSetupTag(role.Tags)) return atRest(head, 'keep', 'somebody else has made it');
  const { PolicyNames = [] } = await client.send(new ListRolePoliciesCommand({ RoleName }));
  const { AttachedPolicies = [] } = await client.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  const others = [
    ...PolicyNames.filter((name) => name !== ROLE_POLICY_NAME),
    ...AttachedPolicies.map(({ PolicyName }) => PolicyName),
  ];
  if (others.length > 0) return atRest(head, 'keep', `others have added policies to it: ${others.join(', ')}`);
  return {
    ...head,
    change: 'remove',
    settings: [],
    async apply() {
      if (PolicyNames.length > 0) await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: ROLE_POLICY_NAME }));
      await client.send(new DeleteRoleCommand({ RoleName }));
    },
  };
}

async function findRole(client: IAMClient, RoleName: string): Promise<Role | undefined> {
  return (await orNone(client.send(new GetRoleCommand({ RoleName })), 'NoSuchEntityException'))?.Role;
}

function checkOurs({ RoleName, Tags }: Role): void {
  if (hasSetupTag(Tags)) return;
  throw new StateError('BR-E0216', `role ${RoleName} exists, and setup has not made it`, { hint: 'choose another --role-name' });
}

async function policyOf(client: IAMClient, RoleName: string): Promise<PolicyDocument | undefined> {
  const command = new GetRolePolicyCommand({ RoleName, PolicyName: ROLE_POLICY_NAME });
  return decoded((await orNone(client.send(command), 'NoSuchEntityException'))?.PolicyDocument);
}

/** IAM gives policies as a part of a URL (API reference of GetRole, 2026-11). */
export function decoded(document: string | undefined): PolicyDocument | undefined {
  return document === undefined ? undefined : (JSON.parse(decodeURIComponent(document)) as PolicyDocument);
}
