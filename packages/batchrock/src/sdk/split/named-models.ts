import { InputError } from '@batchrock/core';
import { withCatalogue } from '../../request/catalogue-file.ts';
import { type LinesWith, linesFrom, type OpenAiScan } from '../../request/openai-lines.ts';
import { type WithOwnFamily, withOwnFamily } from '../../request/own-family.ts';
import { checkQuestion } from '../../request/question.ts';
import type { Question } from '../../request/request.ts';
import { modelOfOthers } from '../../request/split-lines.ts';
import type { InspectingSession } from '../found-question.ts';

/** A question of lines that name the models that they are for. `model`: for those that name none. */
export interface SplitQuestion extends Omit<Question, 'model'> {
  readonly model?: string | undefined;
}

/** The models that lines are for. */
export interface NamedModels {
  /** That of lines that name none. */
  readonly others: string;
  /**
   * What all are asked, by their ids and in the order of their first lines; that of lines that name none last, where no other line
   * names it.
   */
  readonly asked: ReadonlyMap<string, AskedModel>;
}

/** A question of one of the models, with what its lines need. */
export type AskedModel = WithOwnFamily<Question & { readonly inputFormat: 'openai' }>;

/** Each is a file that is open while the lines are told apart, and a run: more come of a mistake, as of names that are ids of something else. */
const MOST_MODELS = 100;

/** The models of lines that were read. Throws `BR-E0127`, and what is wrong with one that cannot be spoken to, with its line. */
export async function namedModels(session: InspectingSession, question: SplitQuestion, scan: OpenAiScan): Promise<NamedModels> {
  const { models, withoutModel } = scan;
  const others = modelOfOthers(scan, question.model);
  if (models.size > MOST_MODELS) throw tooMany(models.size);
  const all = new Map(models);
  if (withoutModel !== undefined && !all.has(others)) all.set(others, withoutModel);
  const asked = new Map<string, AskedModel>();
  for (const [model, lines] of all) {
    const own = await askedOf(session, question, model);
    checkModel(own, lines);
    asked.set(model, own);
  }
  return { others, asked };
}

/** The question as one of its models is asked it. */
export async function askedOf(session: InspectingSession, question: SplitQuestion, model: string): Promise<AskedModel> {
  const asked = await withOwnFamily({ ...question, model, inputFormat: 'openai' as const }, session.cwd);
  return withCatalogue(asked, session.cwd);
}

/** Throws `BR-E0112` for rows that are no lines of an OpenAI batch file. */
export function refuseOtherRows(kind: Question['inputFormat']): void {
  if (kind === 'openai') return;
  throw new InputError('BR-E0112', '--split-models is for lines of an OpenAI batch file, and these are none', {
    hint: 'leave it out, and give --model and --prompt',
  });
}

function tooMany(models: number): InputError {
  return new InputError('BR-E0127', `the lines name ${models} models, and ${MOST_MODELS} at most have a run each`, {
    hint: 'split the file, or give --model and leave model out of the bodies',
    details: { models },
  });
}

/** A model has to be one that can be spoken to before the runs of the others are made. */
function checkModel(asked: AskedModel, lines: LinesWith): void {
  try {
    checkQuestion(asked);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { code, hint, details } = error;
    throw new InputError(code, `${error.message}, which is named ${linesFrom(lines)}`, { hint, details, cause: error });
  }
}
