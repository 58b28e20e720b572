import type { ModelLimits } from '@batchrock/core';

/** A limit of a model that Service Quotas lists. */
export type QuotaLimit = Exclude<keyof ModelLimits, 'maxRecordBytes' | 'source' | 'date'>;

/** A quota of batch inference: a limit of the catalogue's shape, and the model in the service's own spelling. */
export interface ListedQuota {
  readonly limit: QuotaLimit;
  readonly model: string;
  /** Records, jobs or bytes. */
  readonly value: number;
}

/** Limits of one model; absent is not listed. */
export type ListedLimits = Readonly<Partial<Record<QuotaLimit, number>>>;

/** "GB" is not defined; the smaller reading, as in the catalogue. */
const GB = 1_000_000_000;

/**
 * How the names of quotas begin (AWS General Reference, Bedrock quotas, 2026-11); the name of the model follows. Some have
 * `(in GB)` before it, some behind.
 */
const QUOTAS: readonly (readonly [limit: QuotaLimit, pattern: RegExp, unit: number])[] = [
  ['maxJobs', /^sum of in-progress and submitted batch inference jobs using a base model for (.+)$/i, 1],
  ['minRecords', /^minimum number of records per batch inference job for (.+)$/i, 1],
  ['maxRecords', /^records per batch inference job for (.+)$/i, 1],
  ['maxRecordsPerFile', /^records per input file per batch inference job for (.+)$/i, 1],
  ['maxFileBytes', /^batch inference input file size (?:\(in gb\) )?for (.+?)(?: \(in gb\))?$/i, GB],
  ['maxJobBytes', /^batch inference job size (?:\(in gb\) )?for (.+?)(?: \(in gb\))?$/i, GB],
];

/** Models that quotas call by a name which is not near the model's own (names as listed in 2026, by the id of the model). */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'amazon.nova-2-multimodal-embeddings-v1:0': 'Nova 2 Multimodal Embeddings',
  'deepseek.v3-v1:0': 'DeepSeek v3',
  'mistral.mistral-large-2407-v1:0': 'Mistral Large 2 (24.07)',
  'mistral.mistral-small-2402-v1:0': 'Mistral Small',
  'qwen.qwen3-235b-a22b-2507-v1:0': 'Qwen3 235B',
};

/** What a quota says of batch inference; undefined for any other, and for a value that no run could be planned with. */
export function readQuota(name: string, value: number): ListedQuota | undefined {
  for (const [limit, pattern, unit] of QUOTAS) {
    const model = pattern.exec(name)?.[1];
    if (model === undefined) continue;
    const amount = Math.floor(value * unit);
    return amount >= 1 ? { limit, model, value: amount } : undefined;
  }
  return undefined;
}

/** The limits of a model among those of all. */
export function limitsOf(
  quotas: readonly ListedQuota[],
  { id, name }: { readonly id: string; readonly name: string },
): ListedLimits {
  const found: Partial<Record<QuotaLimit, number>> = {};
  for (const { limit, model, value } of quotas) if (isQuotaOf(model, id, name)) found[limit] = value;
  return found;
}

/** Whether a quota that names a model so is one of the model of this id and name. */
export function isQuotaOf(named: string, id: string, name: string): boolean {
  return isSameModel(named, OTHER_NAMES[id] ?? name);
}

/** Whether two spellings name one model: `Claude Sonnet 4.5.` and `Anthropic Claude Sonnet 4.5`, `Nova Lite V1` and `Nova Lite`. */
function isSameModel(one: string, other: string): boolean {
  const plain = (name: string): string => name.toLowerCase().replace(/^(amazon|anthropic|meta|openai|mistral ai|google)\s+/, '');
  const bare = (name: string): string => plain(name).replace(/[^a-z0-9]/g, '');
  const first = (name: string): string => bare(plain(name).replace(/\s+v1$/, ''));
  return bare(one) === bare(other) || first(one) === first(other);
}
