import type { ResolvedModel } from './catalogue.ts';
import type { JsonObject } from './json.ts';

const SAMPLING = ['temperature', 'top_p', 'top_k'] as const;

/** Sentences about parameters that this model is known to refuse in each record although its family takes them. */
export function paramWarnings(model: ResolvedModel, params: JsonObject): readonly string[] {
  const given = SAMPLING.filter((name) => Object.hasOwn(params, name));
  if (!model.traits.refusesSampling || given.length === 0) return [];
  return [`${model.baseId} is known to refuse ${given.join(', ')} with an error for each record: leave it out`];
}
