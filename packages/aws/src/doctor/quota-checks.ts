import { type BedrockClient, paginateListModelInvocationJobs } from '@aws-sdk/client-bedrock';
import { type CallOptions, parseModelId } from '@batchrock/core';
import { listQuotas } from '../quotas/list-quotas.ts';
import { type ListedLimits, limitsOf } from '../quotas/quota-names.ts';
import { type Check, type Finding, fail, findingOf, lookAt, ok, skipped, warn } from './check.ts';
import type { CheckedAccount } from './checked-account.ts';

/** Jobs in these states count. */
const OPEN = ['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping'] as const;

/** Who reads the limits of an account before it sends anything: the command line does, the functions of a stack do not. */
export interface QuotaReaders {
  readonly runsReadThem: boolean;
}

/** What is known of the slots and limits of a Region. Each is asked for once, by whichever check comes first. */
export interface QuotaDesk {
  readonly region: string;
  /** Names of the jobs that count, or why they cannot be looked at. */
  jobs(): Promise<{ readonly found: readonly string[] } | Finding>;
  /** What Service Quotas lists, or why that cannot be looked at. */
  limits(): Promise<{ readonly found: ListedLimits } | Finding>;
}

/** Asks nothing yet. */
export function openQuotaDesk({ clients, calls, question }: CheckedAccount): QuotaDesk {
  const { model = '', known, region } = question;
  return {
    region,
    jobs: once(() =>
      lookAt(openJobs(clients.bedrock, model, calls), 'ListModelInvocationJobs', 'bedrock:ListModelInvocationJobs'),
    ),
    limits: once(() =>
      lookAt(
        known === undefined ? Promise.resolve({}) : listQuotas(clients.quotas, calls).then((all) => limitsOf(all, known)),
        'ListServiceQuotas',
        'servicequotas:ListServiceQuotas',
      ),
    ),
  };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}

/** Slots that are left, and what a job may hold. `desks` are those of all Regions that jobs may run in, this one's among them. */
export function quotaChecks(account: CheckedAccount, desks: readonly QuotaDesk[], readers: QuotaReaders): readonly Check[] {
  const here = desks.find(({ region }) => region === account.question.region) ?? openQuotaDesk(account);
  const others = desks.filter((each) => each !== here);
  return [
    { id: 'quota', needs: ['model'], look: () => lookAtQuota(account, here, others) },
    { id: 'limits', needs: ['model'], look: () => lookAtLimits(account, here, readers) },
  ];
}

async function lookAtQuota({ question }: CheckedAccount, here: QuotaDesk, others: readonly QuotaDesk[]): Promise<Finding> {
  const { model, known, region, isOwn } = question;
  if (model === undefined) return skipped('give --model ID to have its quota looked at');
  const jobs = await here.jobs();
  if (!('found' in jobs)) return { ...jobs, state: 'fail' };
  const listed = await here.limits();
  const read = 'found' in listed ? listed.found.maxJobs : undefined;
  const most = read ?? known?.limits.maxJobs;
  const own = (await Promise.all(jobs.found.map(isOwn))).filter(Boolean).length;
  const foreign = jobs.found.length - own;
  const told = `${jobs.found.length} of ${most ?? 'an unknown number of'} jobs are in use (${own} of this ledger, ${foreign} not)`;
  const whence = read === undefined && most !== undefined ? '; the limit is the catalogue’s' : '';
  if (most !== undefined && jobs.found.length >= most) {
    const page = `https://${region}.console.aws.amazon.com/servicequotas/home/services/bedrock/quotas`;
    const remedy = `wait: parts do so by themselves; or ask for more: ${page}`;
    const free = await regionsWithSlots(others, known?.limits.maxJobs);
    if (free.length > 0) return warn(`${told}: no slot is free${whence}, but in ${free.join(', ')}`, remedy);
    return fail(`${told}: no slot is free${whence}`, remedy);
  }
  if (!('found' in listed)) return warn(`${told}${whence}`, listed.remedy);
  return ok(`${told}${whence}`);
}

/** The Regions of which it is known that a slot is free: a run whose jobs may go there does not wait for another one. */
async function regionsWithSlots(desks: readonly QuotaDesk[], usual: number | undefined): Promise<readonly string[]> {
  const free: string[] = [];
  for (const desk of desks) {
    const jobs = await desk.jobs().catch(findingOf);
    const listed = await desk.limits().catch(findingOf);
    const most = ('found' in listed ? listed.found.maxJobs : undefined) ?? usual;
    if ('found' in jobs && most !== undefined && jobs.found.length < most) free.push(desk.region);
  }
  return free;
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

async function lookAtLimits({ question }: CheckedAccount, desk: QuotaDesk, { runsReadThem }: QuotaReaders): Promise<Finding> {
  const { known } = question;
  if (known === undefined) return skipped('the catalogue does not know the model');
  const listed = await desk.limits();
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
