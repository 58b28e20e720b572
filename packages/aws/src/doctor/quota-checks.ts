import { type BedrockClient, paginateListModelInvocationJobs } from '@aws-sdk/client-bedrock';
import { type CallOptions, parseModelId } from '@batchrock/core';
import { listQuotas } from '../quotas/list-quotas.ts';
import { type ListedLimits, limitsOf } from '../quotas/quota-names.ts';
import { type Check, type Finding, fail, lookAt, ok, skipped, warn } from './check.ts';
import type { CheckedAccount } from './checked-account.ts';

/** Jobs in these states count. */
const OPEN = ['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping'] as const;

/** Who reads the limits of an account before it sends anything: the command line does, the functions of a stack do not. */
export interface QuotaReaders {
  readonly runsReadThem: boolean;
}

/** Slots that are left, and what a job may hold. */
export function quotaChecks(account: CheckedAccount, readers: QuotaReaders): readonly Check[] {
  let listed: Promise<ListedLimits> | undefined;
  const limits = (): Promise<ListedLimits> => (listed ??= listedLimits(account));
  return [
    { id: 'quota', needs: ['model'], look: () => lookAtQuota(account, limits) },
    { id: 'limits', needs: ['model'], look: () => lookAtLimits(account, limits, readers) },
  ];
}

async function listedLimits({ clients, calls, question: { known } }: CheckedAccount): Promise<ListedLimits> {
  return known === undefined ? {} : limitsOf(await listQuotas(clients.quotas, calls), known);
}

async function lookAtQuota(account: CheckedAccount, limits: () => Promise<ListedLimits>): Promise<Finding> {
  const { model, known, region, isOwn } = account.question;
  if (model === undefined) return skipped('give --model ID to have its quota looked at');
  const jobs = await lookAt(
    openJobs(account.clients.bedrock, model, account.calls),
    'ListModelInvocationJobs',
    'bedrock:ListModelInvocationJobs',
  );
  if (!('found' in jobs)) return { ...jobs, state: 'fail' };
  const listed = await lookAt(limits(), 'ListServiceQuotas', 'servicequotas:ListServiceQuotas');
  const read = 'found' in listed ? listed.found.maxJobs : undefined;
  const most = read ?? known?.limits.maxJobs;
  const own = (await Promise.all(jobs.found.map(isOwn))).filter(Boolean).length;
  const foreign = jobs.found.length - own;
  const told = `${jobs.found.length} of ${most ?? 'an unknown number of'} jobs are in use (${own} of this ledger, ${foreign} not)`;
  const whence = read === undefined && most !== undefined ? '; the limit is the catalogue’s' : '';
  if (most !== undefined && jobs.found.length >= most) {
    const page = `https://${region}.console.aws.amazon.com/servicequotas/home/services/bedrock/quotas`;
    return fail(`${told}: no slot is free${whence}`, `wait: parts do so by themselves; or ask for more: ${page}`);
  }
  if (!('found' in listed)) return warn(`${told}${whence}`, listed.remedy);
  return ok(`${told}${whence}`);
}

/** Names of jobs that count against the quota of the model, which all profiles that lead to it share. */
async function openJobs(client: BedrockClient, model: string, { signal }: CallOptions): Promise<readonly string[]> {
  const base = baseIdOf(model);
  const names: string[] = [];
  for (const statusEquals of OPEN) {
    const pages = paginateListModelInvocationJobs({ client }, { statusEquals, maxResults: 1000 }, { abortSignal: signal });
    for await (const { invocationJobSummaries = [] } of pages) {
      for (const { modelId = '', jobName = '' } of invocationJobSummaries) if (baseIdOf(modelId) === base) names.push(jobName);
    }
  }
  return names;
}

function baseIdOf(model: string): string {
  const parsed = parseModelId(model);
  return 'problem' in parsed ? model : (parsed.baseId ?? model);
}

async function lookAtLimits(
  account: CheckedAccount,
  limits: () => Promise<ListedLimits>,
  { runsReadThem }: QuotaReaders,
): Promise<Finding> {
  const { known } = account.question;
  if (known === undefined) return skipped('the catalogue does not know the model');
  const listed = await lookAt(limits(), 'ListServiceQuotas', 'servicequotas:ListServiceQuotas');
  if (!('found' in listed)) return listed;
  const { maxJobs: _, ...ofJobs } = listed.found;
  const here = { ...known.limits, ...ofJobs };
  const differing = JOB_LIMITS.filter((each) => here[each] !== known.limits[each]);
  const told = differing.map((each) => `${each} is ${here[each]} here, and ${known.limits[each]} in the catalogue`).join('; ');
  if (differing.length === 0) return ok(`jobs of ${here.minRecords} to ${here.maxRecords} records`);
  if (runsReadThem) return ok(`${told}: runs take what is here`);
  return warn(told, 'give --max-records-per-job N where that is less: the functions of a stack take the catalogue’s');
}

/** What Service Quotas lists of a job. */
const JOB_LIMITS = ['minRecords', 'maxRecords', 'maxRecordsPerFile', 'maxFileBytes', 'maxJobBytes'] as const;
