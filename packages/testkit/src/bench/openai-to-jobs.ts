import { chatFamily, resolveModel } from '@batchrock/core';
import { plainDocument } from '../memory/index.ts';
import type { Bench } from './bench.ts';
import { benchJsonlDataset } from './jsonl-dataset.ts';
import { prepareLines } from './jsonl-to-jobs.ts';

const MODEL = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';

/** The lines of an OpenAI batch file through `prepareRun`: each is parsed, checked, translated and written again as a record. */
export const openAiToJobs: Bench = {
  name: 'openai-to-jobs',
  rows: 1_000_000,
  run(context) {
    const { modelId, baseId, limits, traits, ...resolved } = resolveModel(MODEL);
    const family = chatFamily({ modelId, baseId, limits, traits, ...resolved }, false);
    const { invocationType, task, name } = family;
    const model = { ...plainDocument().model, modelId, baseId, family: name, invocationType, task, traits, limits };
    const request = { params: {}, openai: { onUnsupported: 'error' as const } };
    return prepareLines(context, benchJsonlDataset(context.dataset, 'openai'), { model, request });
  },
};
