import { isDeepStrictEqual } from 'node:util';
import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  ListEntitiesForPolicyCommand,
  ListPolicyVersionsCommand,
  type Policy,
} from '@aws-sdk/client-iam';
import { StateError } from '@batchrock/core';
import { CALLER_DESCRIPTION, callerPolicyArn, type SetupNeeds } from './needs.ts';
import { callerPolicy, type PolicyDocument } from './policies.ts';
import { decoded } from './role-steps.ts';
import { atRest, hasSetupTag, orNone, SETUP_TAG, type SetupStep } from './setup-step.ts';

/** IAM keeps so many versions of a policy (IAM quotas, 2026-11). */
const MOST_VERSIONS = 5;

/** What is missing of the policy for whoever runs. Throws `BR-E0216` for one of its name that somebody else has made. */
export async function callerStep(client: IAMClient, needs: SetupNeeds): Promise<SetupStep> {
  const PolicyArn = callerPolicyArn(needs);
  const after = callerPolicy(needs);
  const PolicyDocument = JSON.stringify(after);
  const policy = await findPolicy(client, PolicyArn);
  const head = { resource: 'policy', name: needs.callerPolicyName } as const;
  if (policy === undefined) {
    return {
      ...head,
      change: 'create',
      settings: [{ name: 'policy', after }],
      async apply() {
        await client.send(
          new CreatePolicyCommand({
            PolicyName: needs.callerPolicyName,
            PolicyDocument,
            Description: CALLER_DESCRIPTION,
            Tags: [SETUP_TAG],
          }),
        );
      },
    };
  }
  if (!hasSetupTag(policy.Tags)) {
    throw new StateError('BR-E0216', `policy ${needs.callerPolicyName} exists, and setup has not made it`, {
      hint: 'choose another --caller-policy-name',
    });
  }
  const before = await documentOf(client, policy);
  if (isDeepStrictEqual(before, after)) return atRest(head, 'none');
  return {
    ...head,
    change: 'update',
    settings: [{ name: 'policy', before, after }],
    async apply() {
      await dropOldest(client, PolicyArn);
      await client.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
    },
  };
}

/** Removes the policy that `setup` has made, from all that have it. */
export async function callerRemoval(client: IAMClient, needs: SetupNeeds): Promise<SetupStep> {
  const PolicyArn = callerPolicyArn(needs);
  const policy = await findPolicy(client, PolicyArn);
  const head = { resource: 'policy', name: needs.callerPolicyName } as const;
  if (policy === undefined) return atRest(head, 'none');
  if (!hasSetupTag(policy.Tags)) return atRest(head, 'keep', 'somebody else has made it');
  const {
    PolicyRoles = [],
    PolicyUsers = [],
    PolicyGroups = [],
  } = await client.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
  const names = [
    ...PolicyRoles.map(({ RoleName }) => `role ${RoleName}`),
    ...PolicyUsers.map(({ UserName }) => `user ${UserName}`),
    ...PolicyGroups.map(({ GroupName }) => `group ${GroupName}`),
  ];
  return {
    ...head,
    change: 'remove',
    settings: names.map((name) => ({ name: `taken from ${name}` })),
    async apply() {
      for (const { RoleName } of PolicyRoles) await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
      for (const { UserName } of PolicyUsers) await client.send(new DetachUserPolicyCommand({ UserName, PolicyArn }));
      for (const { GroupName } of PolicyGroups) await client.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn }));
      for (const { VersionId } of await oldVersions(client, PolicyArn)) {
        await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
      }
      await client.send(new DeletePolicyCommand({ PolicyArn }));
    },
  };
}

async function findPolicy(client: IAMClient, PolicyArn: string): Promise<Policy | undefined> {
  return (await orNone(client.send(new GetPolicyCommand({ PolicyArn })), 'NoSuchEntityException'))?.Policy;
}

async function documentOf(client: IAMClient, { Arn, DefaultVersionId }: Policy): Promise<PolicyDocument | undefined> {
  const command = new GetPolicyVersionCommand({ PolicyArn: Arn, VersionId: DefaultVersionId });
  return decoded((await client.send(command)).PolicyVersion?.Document);
}

/** Versions that are not the one that holds, oldest first. */
async function oldVersions(client: IAMClient, PolicyArn: string) {
  const { Versions = [] } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }));
  const age = ({ VersionId = '' }: { readonly VersionId?: string }): number => Number(VersionId.slice(1));
  return Versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion).toSorted((a, b) => age(a) - age(b));
}

async function dropOldest(client: IAMClient, PolicyArn: string): Promise<void> {
  const old = await oldVersions(client, PolicyArn);
  if (old.length + 1 < MOST_VERSIONS) return;
  await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: old[0]?.VersionId }));
}
