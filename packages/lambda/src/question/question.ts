import { type CallOptions, InputError, type ObjectStore, resolveModel } from '@batchrock/core';
import { checkQuestion, familyOption, type Question, withAnswerSchema } from 'batchrock/request';
import { findFamily, type StackFamily } from '../families/index.ts';
import type { AskedQuestion } from '../preparing/index.ts';
import { type Asked, checkPartBound } from './asked.ts';
import { readNamedPrompt } from './named-prompt.ts';

/**
 * Makes a question of what an execution asks: with the prompt of its id, with everything checked that needs no look at the
 * dataset. `families` are those of the stack. Throws the `InputError` of the first thing that is wrong.
 */
export async function questionOf(
  asked: Asked,
  { objects, families = [] }: { readonly objects: ObjectStore; readonly families?: readonly StackFamily[] },
  o?: CallOptions,
): Promise<AskedQuestion> {
  const found = await findFamily(families, asked);
  const model = resolveModel(asked.modelId, familyOption(found));
  checkTask(asked, model.family.task);
  checkPartBound(asked.maxRecordsPerJob, model.modelId, model.limits);
  const named = asked.promptId === undefined ? undefined : await readNamedPrompt(objects, asked.promptId, o);
  const { prompt = named?.prompt, system = named?.system, textColumn, maxRecordsPerJob } = asked;
  const params = named?.params === undefined && asked.params === undefined ? undefined : { ...named?.params, ...asked.params };
  const question: Question = {
    dataset: datasetAddress(asked),
    model: asked.modelId,
    ...(found.family !== undefined && { family: found.family }),
    ...(prompt !== undefined && { prompt }),
    ...(system !== undefined && { system }),
    ...(params !== undefined && { params }),
    ...(asked.schema !== undefined && { schema: asked.schema }),
    ...(textColumn !== undefined && { textColumn }),
    ...(asked.maxRecords !== undefined && { maxRecords: asked.maxRecords }),
    ...(asked.maxJobs !== undefined && { maxJobs: asked.maxJobs }),
    // whoever says it wants jobs of that size, as the original cuts them; what the model does not take is as much as it takes
    ...(maxRecordsPerJob !== undefined && { recordsPerJob: Math.min(maxRecordsPerJob.records, model.limits.maxRecords) }),
    ...(asked.sample !== undefined && { sample: asked.sample }),
    ...(asked.maxAttempts !== undefined && { maxAttempts: asked.maxAttempts }),
    ...(asked.dedupe !== undefined && { dedupe: asked.dedupe }),
    ...(asked.plannedSlots !== undefined && { slots: asked.plannedSlots }),
    timeoutHours: asked.timeoutHours,
  };
  return { question, checked: checkQuestion({ ...(await withAnswerSchema(question, '')), ...found }) };
}

/** The dataset as a run is named after it. */
export function datasetAddress({ dataset }: Pick<Asked, 'dataset'>): string {
  return dataset.kind === 's3' ? dataset.uri : `hf://${dataset.dataset}`;
}

/** A model that answers prompts needs one, and one that embeds takes none. */
function checkTask(asked: Asked, task: 'text' | 'embedding'): void {
  const { modelId, promptId, prompt, system, textColumn } = asked;
  if (task === 'text') {
    if (promptId === undefined && prompt === undefined) {
      throw new InputError('BR-E0110', `${modelId} answers prompts, and neither prompt_id nor prompt is given`);
    }
    if (textColumn === undefined) return;
    throw new InputError('BR-E0112', `text_column is for embedding models; ${modelId} answers prompts`, {
      hint: `write the column into the prompt: {${textColumn}}`,
    });
  }
  const given = Object.entries({ prompt_id: promptId, prompt, system }).find(([, value]) => value !== undefined)?.[0];
  if (given === undefined) return;
  throw new InputError('BR-E0108', `${modelId} is an embedding model: it takes a column of text, and ${given} is given`);
}
