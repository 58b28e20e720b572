import { ResultsFormat } from '@batchrock/cdk';
import { beforeAll, expect, test } from 'vitest';
import { csvRecords } from './csv-records.ts';
import { DATASET, topics, useOrchestrator } from './orchestrator.ts';
import { MODEL } from './scenario.ts';

const ROWS = 150;
const orchestrator = useOrchestrator({ resultsFormat: ResultsFormat.CSV });
beforeAll(() => orchestrator.put(DATASET, topics(ROWS)));

const LABELS = ['positive', 'negative', 'neutral'];
/** What the local Bedrock answers is by all of it but the last, which it does not know. */
const SCHEMA = {
  type: 'object',
  properties: { label: { type: 'string', enum: LABELS }, score: { type: 'integer' }, topic: { type: 'string' } },
  required: ['label', 'score', 'topic'],
  additionalProperties: false,
  not: { properties: { score: { multipleOf: 2 } } },
};

test('an execution with a schema has its fields as columns, and fails what is not by it', async () => {
  const input = {
    s3_uri: `s3://${orchestrator.bucket}/${DATASET}`,
    job_name_prefix: 'labelled',
    model_id: MODEL,
    prompt: 'Sentiment of {topic}',
    schema: SCHEMA,
  };
  const { counts, status, output_paths: paths = [] } = await orchestrator.succeed(await orchestrator.start(input));
  const keys = paths.map(({ output_path: path }) => path.slice(`s3://${orchestrator.bucket}/`.length));
  const rows = (await Promise.all(keys.map((key) => orchestrator.text(key)))).flatMap(csvRecords);
  expect(rows.map((row) => row['id'])).toEqual(Array.from({ length: ROWS }, (_, i) => `00${i}`));
  const failed = rows.filter((row) => row['status'] === 'failed');
  for (const row of rows) {
    // the dataset has a column of that name, which stays what it is
    expect(row['topic']).toMatch(/^topic, \d+$/);
    if (row['status'] === 'failed') {
      expect(row).toMatchObject({ error_code: 'schema_mismatch', label: '', score: '' });
      expect(row['error_message']).toContain('must NOT be valid');
      // what the model said is kept
      expect(JSON.parse(row['response'] ?? '').score % 2).toBe(0);
    } else {
      expect(row['status']).toBe('succeeded');
      expect(LABELS).toContain(row['label']);
      expect(Math.abs(Number(row['score']) % 2)).toBe(1);
      expect(JSON.parse(row['response'] ?? '')).toEqual({
        label: row['label'],
        score: Number(row['score']),
        topic: row['answer_topic'],
      });
    }
  }
  expect(failed.length).toBeGreaterThan(0);
  expect(failed.length).toBeLessThan(ROWS);
  expect(counts).toMatchObject({ rows: ROWS, succeeded: ROWS - failed.length, failed: failed.length });
  expect(status).toBe('PartiallyCompleted');
  // a mismatch was answered and paid for: it is not sent again unasked
  expect(await orchestrator.account.bedrock.jobs()).toHaveLength(2 - Number(keys.length === 1));
});

test('an execution whose schema is none is refused before anything is sent', async () => {
  const before = (await orchestrator.account.bedrock.jobs()).length;
  const input = { s3_uri: `s3://${orchestrator.bucket}/${DATASET}`, model_id: MODEL, prompt: '{topic}' };
  const refused = await orchestrator.end(
    await orchestrator.start({ ...input, job_name_prefix: 'unsound', schema: { type: 'strange' } }),
  );
  expect(refused).toMatchObject({
    status: 'FAILED',
    error: expect.stringMatching(/^BR-E\d{4}$/),
    cause: expect.stringContaining('the schema cannot be used'),
  });
  expect((await orchestrator.account.bedrock.jobs()).length).toBe(before);
});
