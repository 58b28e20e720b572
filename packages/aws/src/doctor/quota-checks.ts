import { type BedrockClient, paginateListModelInvocationJobs } from '@aws-sdk/client-bedrock';
import { paginateListServiceQuotas, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { type CallOptions, parseModelId } from '@batchrock/core';
import { type Check, type Finding, fail, lookAt, ok, skipped, warn } from './check.ts';
import type { CheckedAccount } from './checked-account.ts';

/** Quotas of batch inference of one model; absent is not listed. */
export interface ListedLimits {
  readonly maxJobs?: number;
  readonly minRecords?: number;
  readonly maxRecords?: number;
}

/** How the names of quotas begin (AWS General Reference, Bedrock quotas, 2026-11); the name of the model follows. */
const QUOTAS: readonly (readonly [keyof ListedLimits, RegExp])[] = [
  ['maxJobs', /^sum of in-progress and submitted batch inference jobs using a base model for (.+)$/i],
  ['minRecords', /^minimum number of records per batch inference job for (.+)$/i],
  ['maxRecords', /^records per batch inference job for (.+)$/i],
];

/** Jobs in these states count. */
const OPEN = ['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping'] as const;

/** Slots that are left, and what a job may hold. */
export function quotaChecks(account: CheckedAccount): readonly Check[] {
  let listed: Promise<ListedLimits> | undefined;
  const limits = (): Promise<ListedLimits> => (listed ??= limitsOf(account));
  return [
    { id: 'quota', needs: ['model'], look: () => lookAtQuota(account, limits) },
    { id: 'limits', needs: ['model'], look: () => lookAtLimits(account, limits) },
  ];
}

async function limitsOf({ clients, calls, question: { known } }: CheckedAccount): Promise<ListedLimits> {
  return known === undefined ? {} : listedLimits(clients.quotas, known.name, calls);
}

/** The quotas of a model by its name. They are listed in the service's own spelling of it, which is not the same everywhere. */
async function listedLimits(client: ServiceQuotasClient, model: string, { signal }: CallOptions): Promise<ListedLimits> {
  const found: { -readonly [K in keyof ListedLimits]: ListedLimits[K] } = {};
  for await (const { Quotas = [] } of paginateListServiceQuotas(
    { client },
    { ServiceCode: 'bedrock' },
    { abortSignal: signal },
  )) {
    for (const { QuotaName = '', Value } of Quotas) {
      for (const [limit, pattern] of QUOTAS) {
        const named = pattern.exec(QuotaName)?.[1];
        if (named !== undefined && Value !== undefined && isSameModel(named, model)) found[limit] = Value;
      }
    }
  }
  return found;
}

/** Whether two spellings name one model: `Claude Sonnet 4.5.` and `Anthropic Claude Sonnet 4.5`, `Nova Lite V1` and `Nova Lite`. */
export function isSameModel(one: string, other: string): boolean {
  const plain = (name: string): string => name.toLowerCase().replace(/^(amazon|anthropic|meta|openai|mistral|google)\s+/, '');
  const bare = (name: string): string => plain(name).replace(/[^a-z0-9]/g, '');
  const first = (name: string): string => bare(plain(name).replace(/\s+v1$/, ''));
  return bare(one) === bare(other) || first(one) === first(other);
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

async function lookAtLimits(account: CheckedAccount, limits: () => Promise<ListedLimits>): Promise<Finding> {
  const { known } = account.question;
  if (known === undefined) return skipped('the catalogue does not know the model');
  const assumed = `jobs of ${known.limits.minRecords} to ${known.limits.maxRecords} records`;
  const listed = await lookAt(limits(), 'ListServiceQuotas', 'servicequotas:ListServiceQuotas');
  if (!('found' in listed)) return listed;
  const differing = (['minRecords', 'maxRecords'] as const).filter((each) => {
    const found = listed.found[each];
    return found !== undefined && found !== known.limits[each];
  });
  if (differing.length === 0) return ok(assumed);
  const told = differing.map((each) => `${each} is ${listed.found[each]} here, and ${known.limits[each]} in the catalogue`);
  return warn(told.join('; '), 'give --catalogue FILE with the limits of this account');
}
