import type { CallOptions } from '@batchrock/core';
import { bucketChecks } from './bucket-checks.ts';
import type { Check } from './check.ts';
import { type AccountQuestion, type CheckedAccount, closeClients, openRegions, type ServiceQuestion } from './checked-account.ts';
import { identityChecks } from './identity-checks.ts';
import { keyCheck } from './key-check.ts';
import { modelChecks } from './model-checks.ts';
import { objectsCheck } from './objects-check.ts';
import { openQuotaDesk, type QuotaDesk, quotaChecks } from './quota-checks.ts';
import { jobsCheck, passRoleCheck, roleCheck, rolePolicyCheck, tailCheck } from './role-checks.ts';

/** The checks of an account. `close` it. */
export interface AccountChecks {
  /** From the most basic to the most specific: each comes after those that it needs. */
  readonly checks: readonly Check[];
  close(): void;
}

/** What a local Bedrock has. */
const LOCAL: readonly string[] = ['bucket', 'output-bucket', 'objects', 'model', 'access', 'quota', 'limits'];

/**
 * What is looked at in an account before runs go there. Nothing is asked until a check is made; none makes a job.
 * `canary` is the name of an object that is put and taken away again. What belongs to a Region is looked at in each.
 */
export function openAccountChecks(question: AccountQuestion, canary: string, calls: CallOptions = {}): AccountChecks {
  const accounts = openRegions(question, calls);
  const [home] = accounts;
  const desks = accounts.map(openQuotaDesk);
  const inEach = (look: (account: CheckedAccount) => readonly Check[]): readonly Check[] =>
    accounts.length === 1
      ? look(home)
      : accounts.flatMap((account) => look(account).map((check) => ({ ...check, region: account.question.region })));
  const all = [
    ...identityChecks(home),
    ...inEach((account) => regionChecks(account, desks, canary)),
    roleCheck(home),
    ...inEach((account) => [rolePolicyCheck(account)]),
    passRoleCheck(home),
    ...inEach((account) => [jobsCheck(account)]),
    ...(question.onDemand ? [tailCheck(home)] : []),
  ];
  return {
    checks: question.isLocal ? all.filter(({ id }) => LOCAL.includes(id)) : all,
    close: () => closeAll(accounts),
  };
}

/** What a Region has of its own: buckets and their key, the model and its quota. */
function regionChecks(account: CheckedAccount, desks: readonly QuotaDesk[], canary: string): readonly Check[] {
  const { bucket, outputBucket } = account.question;
  return [
    ...bucketChecks(account, 'bucket', bucket),
    ...(outputBucket === undefined ? [] : bucketChecks(account, 'output-bucket', outputBucket)),
    keyCheck(account),
    objectsCheck(account, canary),
    ...modelChecks(account),
    ...quotaChecks(account, desks, { runsReadThem: true }),
  ];
}

/** The checks of keys, model and quota alone, for runs whose bucket and role are a stack's. */
export function openServiceChecks(question: ServiceQuestion, calls: CallOptions = {}) {
  const accounts = openRegions({ ...question, isLocal: false, bucket: '', prefix: '', roleArn: '', tagsInput: false }, calls);
  const [account] = accounts;
  return {
    identity: identityChecks(account),
    model: [...modelChecks(account), ...quotaChecks(account, [openQuotaDesk(account)], { runsReadThem: false })],
    close: () => closeAll(accounts),
  };
}

function closeAll(accounts: readonly CheckedAccount[]): void {
  for (const { clients } of accounts) closeClients(clients);
}
