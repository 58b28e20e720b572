import { existsSync } from 'node:fs';
import { AnswerLookup, answerScope } from '@batchrock/core';
import { openSqliteAnswers } from '@batchrock/sqlite';
import { laneOf } from '../compose/target.ts';
import { nodeClock, nodeSha256 } from '../node/index.ts';
import type { InspectingSession } from './found-question.ts';
import type { Inspected } from './inspect.ts';

/** A look into the cache, for one question. */
export interface AnswersSoFar {
  readonly lookup: AnswerLookup;
  close(): void;
}

/** The answers that there are to a question; undefined where no run of this state directory has kept any. */
export function answersSoFar({ dir }: Pick<InspectingSession, 'dir'>, { question, target }: Inspected): AnswersSoFar | undefined {
  if (!existsSync(dir.answers)) return undefined;
  const { model, request, invocationType, familyModule } = question;
  const answers = openSqliteAnswers(dir.answers, () => nodeClock.now());
  const scope = answerScope(nodeSha256, {
    request,
    lane: laneOf(target, model.baseId),
    model: { modelId: model.modelId, family: model.family.name, invocationType, ...(familyModule && { familyModule }) },
  });
  const hasChoices = request.openai !== undefined && model.family.task === 'text';
  const { maxRecordBytes } = model.limits;
  return { lookup: new AnswerLookup(answers, nodeSha256, { scope, maxRecordBytes, hasChoices }), close: () => answers.close() };
}
