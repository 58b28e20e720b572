import { AttachRolePolicyCommand, CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { Account } from '../account.ts';
import { credentialsFor } from '../front/index.ts';
import type { CommandOptions } from './command-line.ts';

/** The people of an account, a role each: how commands are run by them. */
export interface People {
  /** Sets it up. */
  readonly installer: CommandOptions;
  /** Runs, once it is let. */
  readonly runner: CommandOptions;
  /** Gives the runner the policy that `setup` has made for callers. */
  letRun(callerPolicyArn: unknown): Promise<void>;
}

/** The role of the runner, by its name. */
export const RUNNER = 'runner';
const INSTALLER = 'installer';

/** Adds both: the installer with the policy that `setup` prints for it, the runner with none. */
export async function addPeople(account: Account, setupPolicy: unknown): Promise<People> {
  const { iam } = account.clients;
  for (const role of [INSTALLER, RUNNER]) await addRole(account, role);
  const PolicyDocument = JSON.stringify(setupPolicy);
  await iam.send(new PutRolePolicyCommand({ RoleName: INSTALLER, PolicyName: 'setup', PolicyDocument }));
  await account.readIam();
  return {
    installer: { as: credentialsFor(roleArn(account, INSTALLER)), isStill: true },
    runner: { as: credentialsFor(roleArn(account, RUNNER)) },
    async letRun(callerPolicyArn) {
      await iam.send(new AttachRolePolicyCommand({ RoleName: RUNNER, PolicyArn: String(callerPolicyArn) }));
      await account.readIam();
    },
  };
}

/** A role's ARN in the account. */
export function roleArn({ place }: Account, role: string): string {
  return `arn:aws:iam::${place.account}:role/${role}`;
}

async function addRole(account: Account, RoleName: string): Promise<void> {
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account.place.account}:root` }, Action: 'sts:AssumeRole' },
  ];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await account.clients.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
}
