import type { ModelEntry, ModelLimits, Price } from './catalogue.ts';
import { MODEL_CATALOGUE } from './catalogue-data.ts';
import type { Family, InvocationType, ModelTraits, Task } from './family.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { resolveModel } from './resolve.ts';

/** What a user wants to know of a model before it is asked anything. Plain data. */
export interface ModelDescription {
  /** Without profile prefix. */
  readonly id: string;
  readonly name: string;
  readonly task: Task;
  /** Names of the families by the type of the job. */
  readonly families: Readonly<Partial<Record<InvocationType, string>>>;
  /** The type of the jobs that prompts and texts to embed go into. */
  readonly invocationType: InvocationType;
  /** Whether it can be given tools, in jobs of type InvokeModel. */
  readonly tools: boolean;
  readonly traits: ModelTraits;
  /** False: reached through a cross-Region profile only. */
  readonly direct: boolean;
  /** Prefixes of the profiles that are known to lead to it. */
  readonly profiles: readonly string[];
  readonly limits: ModelLimits;
  /** Of the plain id and of `global.`; absent when it is not known. */
  readonly price?: Price;
  /** Of `us.`, `eu.` and the like, where it is another one. */
  readonly geographicPrice?: Price;
  /** Why it cannot be used although it is known. */
  readonly refused?: string;
}

/** Every model of the catalogue, in its order. */
export function describeModels(catalogue: readonly ModelEntry[] = MODEL_CATALOGUE): readonly ModelDescription[] {
  return catalogue.map((entry) => describe(entry, catalogue));
}

/** The model of an id, a profile's id or an ARN. Throws `BR-E0105` with the nearest ids for one that is not known. */
export function describeModel(id: string, catalogue: readonly ModelEntry[] = MODEL_CATALOGUE): ModelDescription {
  const known = catalogue.find((entry) => entry.id === id);
  if (known) return describe(known, catalogue);
  const { baseId } = resolveModel(id, { catalogue });
  return describe(catalogue.find((entry) => entry.id === baseId)!, catalogue);
}

function describe(entry: ModelEntry, catalogue: readonly ModelEntry[]): ModelDescription {
  const { id, name, task, direct, profiles, price, geographicPrice, refused } = entry;
  const { family, speaks, traits } = resolveModel(
    id,
    refused === undefined ? { catalogue } : { catalogue, family: entry.family },
  );
  const names = Object.entries(speaks).map(([type, spoken]: [string, Family]) => [type, spoken.name]);
  return {
    id,
    name,
    task,
    families: Object.fromEntries(names),
    invocationType: family.invocationType,
    tools: speaks.InvokeModel?.chat !== undefined && speaks.InvokeModel.refusesTools === undefined,
    traits,
    direct,
    profiles,
    limits: { ...DEFAULT_LIMITS, ...entry.limits },
    ...(price === undefined ? {} : { price }),
    ...(geographicPrice === undefined ? {} : { geographicPrice }),
    ...(refused === undefined ? {} : { refused }),
  };
}
