import { InputError } from '../errors/index.ts';
import type { ResolvedModel } from './catalogue.ts';
import type { Family, InvocationType } from './family.ts';

/** A family that can write whole conversations. */
export type ChatFamily = Family & Required<Pick<Family, 'chat' | 'reply'>>;

/**
 * The family for conversations with a model: Converse where it can be, since it says most of them, and the model's own where tools
 * are needed, which a batch job of type Converse fails on. `forced` is the only one that is taken then. Throws `BR-E0120` with
 * the reason where there is none.
 */
export function chatFamily(model: ResolvedModel, hasTools: boolean, forced?: InvocationType): ChatFamily {
  const { modelId, family, speaks } = model;
  if (family.task !== 'text') {
    throw refusal(`${modelId} makes embeddings: it takes no conversations`, 'take a model that makes text');
  }
  const order: readonly InvocationType[] = forced
    ? [forced]
    : hasTools
      ? ['InvokeModel', 'Converse']
      : ['Converse', 'InvokeModel'];
  const known = order.flatMap((type) => speaks[type] ?? []).filter(hasChat);
  const chosen = known.find((each) => !hasTools || each.refusesTools === undefined);
  if (chosen) return chosen;
  const first = known[0];
  if (first) {
    throw refusal(
      `${modelId} cannot be given tools in jobs of type ${first.invocationType}: ${first.refusesTools}`,
      'take a model that is spoken to with tools, such as a Claude or a Nova, or take the tools out of the requests',
    );
  }
  const type = forced === undefined ? '' : ` in jobs of type ${forced}`;
  throw refusal(
    `it is not known how conversations are written for ${modelId}${type}`,
    'leave out --invocation-type, or give --family',
  );
}

function hasChat(family: Family): family is ChatFamily {
  return family.chat !== undefined && family.reply !== undefined;
}

function refusal(message: string, hint: string): InputError {
  return new InputError('BR-E0120', message, { hint });
}
