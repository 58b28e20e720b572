import type { AnswerScope, Digest } from '../ports/index.ts';
import { keepsWholeOutput } from '../record/index.ts';
import type { RunDocument } from './document.ts';

/** What an answer depends on beside its request, of a run or of one that may be. */
export interface AnswerScopeInput extends Pick<RunDocument, 'lane' | 'request'> {
  readonly model: Pick<RunDocument['model'], 'modelId' | 'family' | 'familyModule' | 'invocationType'>;
}

/** Raise it when answers are read otherwise: what was kept before is not found any more. */
const READING = 1;

/**
 * The scope of a run's answers. A request is what is sent, so prompt and parameters are in that. Another account has answers of its
 * own, and so has every server that is not AWS: what a local Bedrock makes up is nobody's answer.
 */
export function answerScope(digest: Pick<Digest, 'sha256'>, { model, request, lane }: AnswerScopeInput): AnswerScope {
  const { modelId, family, familyModule, invocationType } = model;
  const text = JSON.stringify({
    reading: READING,
    account: lane.slice(0, lane.indexOf('/')),
    modelId,
    family,
    familyModule: familyModule?.sha256,
    invocationType,
    whole: keepsWholeOutput(request),
    checked: request.openai?.checked,
    schema: request.schema,
  });
  return { modelId, digest: hex(digest.sha256(new TextEncoder().encode(text))) };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
