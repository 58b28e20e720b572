import type { QuotaLimit } from '@batchrock/aws/quotas';
import {
  DEFAULT_LIMITS,
  describeModel,
  InputError,
  isBatchrockError,
  type ModelDescription,
  type ModelLimits,
  parseModelId,
  type ResolvedModel,
} from '@batchrock/core';
import { askProfileModels, askQuotas } from '../compose/account-facts.ts';
import { describeTarget, type Target } from '../compose/target.ts';
import { nodeClock } from '../node/index.ts';
import { isoTime } from '../render/figures.ts';
import { limitText } from '../render/limit-text.ts';
import type { WithAccountAnswer } from '../request/account-answer.ts';
import { catalogueFrom } from '../request/catalogue-file.ts';
import type { Question } from '../request/request.ts';
import type { InspectingSession } from './found-question.ts';

/** How an account is asked. */
interface Asking {
  readonly target: Target;
  readonly signal?: AbortSignal | undefined;
}

/** Limits in the order in which they are told. */
const LIMITS: readonly QuotaLimit[] = ['maxJobs', 'minRecords', 'maxRecords', 'maxRecordsPerFile', 'maxFileBytes', 'maxJobBytes'];

/** True for the id of a profile that somebody made: only its account knows the model behind it. */
export function isApplicationProfile(model: string): boolean {
  const parsed = parseModelId(model);
  return !('problem' in parsed) && parsed.kind === 'application-profile';
}

/**
 * The question with the model behind an application profile, which the account of the target tells. Throws `BR-E0105` where it does
 * not, unless the question says how the model is spoken to.
 */
export async function withModelBehind<T extends Question>(
  session: InspectingSession,
  asked: T,
  { target, signal }: Asking,
): Promise<WithAccountAnswer<T>> {
  if (target.kind === 'local') return asked;
  try {
    const leadsTo = await askProfileModels(target, asked.model, { ...session, ...(signal && { signal }) });
    return { ...asked, account: { leadsTo } };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isBatchrockError(error)) throw error;
    if (asked.family !== undefined || asked.invocationType === 'Converse') return asked;
    throw new InputError('BR-E0105', `${asked.model} does not tell which model stands behind it, and ${error.message}`, {
      hint: 'allow the caller bedrock:GetInferenceProfile on it, or say how to speak to the model: --family NAME',
      details: { modelId: asked.model },
      cause: error,
    });
  }
}

/**
 * The question with the limits that Service Quotas lists for its model, where they are other than what the catalogue says, and a notice
 * of them. What the caller says of limits, by `--slots` or in a catalogue of his own, stands. Where they cannot be read nothing changes.
 */
export async function withAccountLimits<T extends Question>(
  session: InspectingSession,
  asked: WithAccountAnswer<T>,
  { target, signal, model }: Asking & { readonly model: ResolvedModel },
): Promise<WithAccountAnswer<T>> {
  const known = knownOf(model, asked.catalogue);
  if (target.kind === 'local' || known === undefined) return asked;
  const quotas = await askQuotas(target, { ...session, ...(signal && { signal }) });
  if (quotas === undefined) return asked;
  const { limitsOf } = await import('@batchrock/aws/quotas');
  const listed = limitsOf(quotas, known);
  const others = LIMITS.flatMap((limit) => {
    const value = listed[limit];
    const isSaid = known.said.has(limit) || (limit === 'maxJobs' && asked.slots !== undefined);
    return value === undefined || isSaid || value === model.limits[limit] ? [] : [{ limit, value }];
  });
  if (others.length === 0) return asked;
  const told = others.map(({ limit, value }) => limitText(limit, value, model.limits[limit]));
  session.notice(`Service Quotas has other limits of ${known.name} than the catalogue: ${told.join('; ')}`);
  const limits: Partial<ModelLimits> = {
    ...Object.fromEntries(others.map(({ limit, value }) => [limit, value])),
    source: `Service Quotas, ${describeTarget(target)}`,
    date: isoTime(nodeClock.now()).slice(0, 10),
  };
  return { ...asked, account: { ...asked.account, limits } };
}

/**
 * Jobs at once of a model in a Region, as Service Quotas lists them; undefined where they cannot be read, or where the user's catalogue
 * says how many.
 */
export async function listedSlots(
  session: InspectingSession,
  asking: Asking & { readonly model: Pick<ResolvedModel, 'modelId' | 'baseId'>; readonly catalogue: string | undefined },
): Promise<number | undefined> {
  const { target, signal, model } = asking;
  const known = knownOf(model, asking.catalogue);
  if (target.kind === 'local' || known === undefined || known.said.has('maxJobs')) return undefined;
  const quotas = await askQuotas(target, { ...session, ...(signal && { signal }) });
  if (quotas === undefined) return undefined;
  const { limitsOf } = await import('@batchrock/aws/quotas');
  return limitsOf(quotas, known).maxJobs;
}

/** A model as the catalogue knows it, and the limits that a file of the user's has changed. */
interface KnownModel {
  readonly id: string;
  readonly name: string;
  readonly said: ReadonlySet<QuotaLimit>;
}

function knownOf(
  { modelId, baseId }: Pick<ResolvedModel, 'modelId' | 'baseId'>,
  catalogue: string | undefined,
): KnownModel | undefined {
  const parsed = parseModelId(modelId);
  // the quotas of custom models are others, and have not been seen
  if ('problem' in parsed || parsed.kind === 'custom') return undefined;
  const described = describedBy(baseId, catalogue);
  if (described === undefined) return undefined;
  const before = describedBy(baseId, undefined)?.limits ?? DEFAULT_LIMITS;
  const said = LIMITS.filter((limit) => described.limits[limit] !== before[limit]);
  return { id: described.id, name: described.name, said: new Set(said) };
}

function describedBy(baseId: string, catalogue: string | undefined): ModelDescription | undefined {
  try {
    return describeModel(baseId, catalogueFrom(catalogue));
  } catch (error) {
    if (isBatchrockError(error) && error.code === 'BR-E0105') return undefined;
    throw error;
  }
}
