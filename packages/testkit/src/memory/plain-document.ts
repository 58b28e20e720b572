import { DEFAULT_LIMITS, type RunDocument } from '@batchrock/core';

/** The model that most tests ask. */
const MODEL = 'anthropic.claude-3-haiku-20240307-v1:0';

/** A lane that the runs of tests share. */
export const MEMORY_LANE = `123456789012/us-east-1/${MODEL}`;

/** What is not plain about a run: whole members of its document, and single facts of its model. */
export interface DocumentChange extends Partial<Omit<RunDocument, 'model'>> {
  readonly model?: Partial<RunDocument['model']>;
}

/** A run's document with plain values: rows of a CSV file with `id` and `text`, whose text is the prompt. */
export function plainDocument({ model, ...change }: DocumentChange = {}): RunDocument {
  return {
    schema: 'batchrock.run/1',
    run: 'r-0000000001',
    identity: '0'.repeat(64),
    createdAt: 1_767_225_600_000,
    version: '0.0.0',
    recordPrefix: 'k3',
    source: { name: 'rows.csv', bytes: 1, files: [], dialect: { format: 'csv', delimiter: ',', header: ['id', 'text'] } },
    model: {
      modelId: MODEL,
      baseId: MODEL,
      family: 'anthropic',
      invocationType: 'InvokeModel',
      task: 'text',
      limits: { ...DEFAULT_LIMITS, minRecords: 1 },
      ...model,
    },
    request: { prompt: '{text}', params: {} },
    job: {
      storeUri: 's3://memory-bucket/prefix',
      roleArn: 'arn:aws:iam::123456789012:role/batchrock',
      timeoutHours: 24,
      namePrefix: 'batchrock',
    },
    lane: MEMORY_LANE,
    partRecords: 100,
    maxAttempts: 3,
    strict: false,
    synthetic: true,
    ...change,
  };
}
