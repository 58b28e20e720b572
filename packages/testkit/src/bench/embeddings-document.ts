import type { RunDocument } from '@batchrock/core';
import type { BenchContext } from './bench.ts';
import { benchDocument } from './csv-to-jobs.ts';

const MODEL = 'amazon.titan-embed-text-v2:0';
const JOB_RECORDS = 50_000;

/** A run of the usual dataset that embeds its texts, in jobs of the service's largest number of records. */
export async function embeddingsDocument(context: BenchContext): Promise<RunDocument> {
  const document = await benchDocument(context);
  return {
    ...document,
    model: { ...document.model, modelId: MODEL, baseId: MODEL, family: 'titan-embed-text', task: 'embedding' },
    request: { textColumn: 'text', params: {} },
    partRecords: JOB_RECORDS,
  };
}
