import type { CallOptions } from '@batchrock/core';
import { bucketChecks } from './bucket-checks.ts';
import type { Check } from './check.ts';
import { type AccountQuestion, type CheckedAccount, closeClients, openClients, type ServiceQuestion } from './checked-account.ts';
import { identityChecks } from './identity-checks.ts';
import { keyCheck } from './key-check.ts';
import { modelChecks } from './model-checks.ts';
import { objectsCheck } from './objects-check.ts';
import { quotaChecks } from './quota-checks.ts';
import { roleChecks } from './role-checks.ts';

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
 * `canary` is the name of an object that is put and taken away again.
 */
export function openAccountChecks(question: AccountQuestion, canary: string, calls: CallOptions = {}): AccountChecks {
  const clients = openClients(question);
  const account: CheckedAccount = { question, clients, calls };
  const { bucket, outputBucket, isLocal } = question;
  const all = [
    ...identityChecks(account),
    ...bucketChecks(account, 'bucket', bucket),
    ...(outputBucket === undefined ? [] : bucketChecks(account, 'output-bucket', outputBucket)),
    keyCheck(account),
    objectsCheck(account, canary),
    ...modelChecks(account),
    ...quotaChecks(account, { runsReadThem: true }),
    ...roleChecks(account),
  ];
  return {
    checks: isLocal ? all.filter(({ id }) => LOCAL.includes(id)) : all,
    close: () => closeClients(clients),
  };
}

/** The checks of keys, model and quota alone, for runs whose bucket and role are a stack's. */
export function openServiceChecks(question: ServiceQuestion, calls: CallOptions = {}) {
  const whole = { ...question, isLocal: false, bucket: '', prefix: '', roleArn: '', tagsInput: false };
  const clients = openClients(whole);
  const account: CheckedAccount = { question: whole, clients, calls };
  return {
    identity: identityChecks(account),
    model: [...modelChecks(account), ...quotaChecks(account, { runsReadThem: false })],
    close: () => closeClients(clients),
  };
}
