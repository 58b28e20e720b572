import type { ConnectionOptions } from '@batchrock/aws';
import type { ListedQuota } from '@batchrock/aws/quotas';
import type { CallOptions } from '@batchrock/core';
import { keptFact } from './kept-facts.ts';
import { LOCAL_CREDENTIALS, namesIdentity } from './local-credentials.ts';
import type { StateDir } from './state-dir.ts';
import type { Target } from './target.ts';

/** What asking an account needs beside the target. */
export interface AskOptions extends CallOptions {
  readonly dir: StateDir;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A target that has an account behind it, or a server in the place of one. */
type AskedTarget = Exclude<Target, { readonly kind: 'local' }>;

/** Quotas are raised by hand, and seldom: an answer holds for a day. */
const DAY_MS = 24 * 60 * 60_000;
/** Where an application profile leads is settled when it is made (API reference, CreateInferenceProfile, 2026-11). */
const ALWAYS_MS = Number.POSITIVE_INFINITY;
/** A run waits so long for an answer that it can do without. */
const PATIENCE_MS = 10_000;

/** Regions whose quotas a session cannot read: whoever waited once for nothing does not wait again. */
const withoutAnswer = new WeakMap<StateDir, Set<string>>();

/**
 * The quotas of batch inference of the target's account and Region: as they were read less than a day ago, or as Service Quotas lists
 * them now. Undefined where they may not be read, or nobody answers: a run can do without.
 */
export async function askQuotas(target: AskedTarget, o: AskOptions): Promise<readonly ListedQuota[] | undefined> {
  const ask = async (): Promise<readonly ListedQuota[]> => {
    const { readQuotas } = await import('@batchrock/aws/quotas');
    return readQuotas({ ...connectionOf(target, o), maxAttempts: 2 }, { signal: withPatience(o.signal) });
  };
  if (withoutAnswer.get(o.dir)?.has(target.region)) return undefined;
  try {
    return await asked(target, 'quotas', { maxAgeMs: DAY_MS, parse: asQuotas, ask }, o);
  } catch {
    o.signal?.throwIfAborted();
    withoutAnswer.set(o.dir, new Set(withoutAnswer.get(o.dir)).add(target.region));
    return undefined;
  }
}

/** The ARNs of the models behind an application profile, which are kept once they are known. Throws what Bedrock refuses. */
export function askProfileModels(target: AskedTarget, profile: string, o: AskOptions): Promise<readonly string[]> {
  const ask = async (): Promise<readonly string[]> => {
    const { readProfileModels } = await import('@batchrock/aws');
    return readProfileModels({ ...connectionOf(target, o), maxAttempts: 2 }, profile, { signal: withPatience(o.signal) });
  };
  const isOwn = profile.includes('application-inference-profile/');
  return asked(target, profile, { maxAgeMs: isOwn ? ALWAYS_MS : DAY_MS, parse: asArns, ask }, o);
}

interface Asking<T> {
  readonly maxAgeMs: number;
  readonly parse: (value: unknown) => T | undefined;
  readonly ask: () => Promise<T>;
}

/** A server elsewhere is another one tomorrow, and near: only what AWS says is kept. */
function asked<T>(target: AskedTarget, what: string, asking: Asking<T>, { dir, env }: AskOptions): Promise<T> {
  if (target.kind === 'endpoint') return asking.ask();
  // the role is of the account that jobs run in, and the profile of the one that is asked, by mistake perhaps another; the variables of
  // the SDK may put another server in the place of AWS
  const account = target.roleArn.split(':')[4];
  const profile = target.profile ?? env['AWS_PROFILE'] ?? '';
  const key = JSON.stringify([what, account, target.region, profile, env['AWS_ENDPOINT_URL'] ?? '']);
  return keptFact(dir, { key, ...asking });
}

function connectionOf({ region, profile, endpointUrl }: AskedTarget, { env }: AskOptions): ConnectionOptions {
  return {
    region,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpointUrl === undefined || namesIdentity(profile, env) ? {} : { credentials: LOCAL_CREDENTIALS }),
  };
}

function withPatience(signal: AbortSignal | undefined): AbortSignal {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  return signal === undefined ? patience : AbortSignal.any([signal, patience]);
}

function asArns(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
}

function asQuotas(value: unknown): readonly ListedQuota[] | undefined {
  return Array.isArray(value) && value.every(isQuota) ? value : undefined;
}

function isQuota(value: unknown): value is ListedQuota {
  if (typeof value !== 'object' || value === null) return false;
  const { limit, model, value: amount } = value as Readonly<Record<string, unknown>>;
  return typeof limit === 'string' && typeof model === 'string' && Number.isInteger(amount);
}
