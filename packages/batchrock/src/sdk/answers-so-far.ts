import { existsSync } from 'node:fs';
import { type AnswerCache, AnswerLookup, answerScope } from '@batchrock/core';
import { openSqliteAnswers, type SqliteAnswers } from '@batchrock/sqlite';
import { laneOf } from '../compose/target.ts';
import { nodeClock, nodeSha256 } from '../node/index.ts';
import type { InspectingSession } from './found-question.ts';
import type { Inspected } from './inspect.ts';

/** A look into the cache, for one question. */
export interface AnswersSoFar {
  readonly lookup: AnswerLookup;
  close(): void;
}

/**
 * The answers that there are to a question; undefined where no run of this state directory has kept any. `isAsked`: the question is
 * to be asked with them, and a file that cannot be read is an error. Else they only tell what could be saved, and it has none.
 */
export function answersSoFar(
  { dir }: Pick<InspectingSession, 'dir'>,
  { question, target }: Inspected,
  isAsked: boolean,
): AnswersSoFar | undefined {
  if (!existsSync(dir.answers)) return undefined;
  const answers = openAnswers(dir.answers, isAsked);
  if (answers === undefined) return undefined;
  const { model, request, invocationType, familyModule } = question;
  const scope = answerScope(nodeSha256, {
    request,
    lane: laneOf(target, model.baseId),
    model: { modelId: model.modelId, family: model.family.name, invocationType, ...(familyModule && { familyModule }) },
  });
  const hasChoices = request.openai !== undefined && model.family.task === 'text';
  const { maxRecordBytes } = model.limits;
  const found = isAsked ? answers : forgiving(answers);
  return { lookup: new AnswerLookup(found, nodeSha256, { scope, maxRecordBytes, hasChoices }), close: () => answers.close() };
}

function openAnswers(path: string, isAsked: boolean): SqliteAnswers | undefined {
  try {
    return openSqliteAnswers(path, () => nodeClock.now());
  } catch (error) {
    if (isAsked) throw error;
    return undefined;
  }
}

/** Nothing is found in what cannot be read. */
function forgiving(answers: AnswerCache): Pick<AnswerCache, 'find'> {
  return {
    async find(scope, requests, options) {
      try {
        return await answers.find(scope, requests, options);
      } catch (error) {
        if (options.signal?.aborted) throw error;
        return requests.map(() => undefined);
      }
    },
  };
}
