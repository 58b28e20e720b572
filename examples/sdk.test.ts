import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalBedrock } from '@batchrock/local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capitals } from './ai-sdk-batch.ts';
import { readBatch, startBatch } from './openai-batch.ts';
import { submitAndWatch } from './submit-and-watch.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-example-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the examples of programs', () => {
  it('submit-and-watch reads every row of the run that it submitted', async () => {
    const dataset = join(folder, 'reviews.csv');
    await writeFile(dataset, 'id,text\n007,I love it\n8,"Awful, really"\n');
    const answers = await submitAndWatch(dataset, join(folder, 'state'));
    expect(answers).toEqual(['007: [synthetic] positive', '8: [synthetic] negative']);
  });

  it('openai-batch starts a batch, and reads it from its id alone', async () => {
    const server = await startLocalBedrock({
      dir: join(folder, 'bedrock'),
      buckets: ['in', 'out'].map((name) => `batch-${name}`),
    });
    try {
      const file = join(folder, 'requests.jsonl');
      const body = { messages: [{ role: 'user', content: 'When was Microsoft founded?' }] };
      await writeFile(file, `${JSON.stringify({ custom_id: 'a', method: 'POST', url: '/chat/completions', body })}\n`);
      const env = {
        AWS_INPUT_BUCKET: 'batch-in',
        AWS_OUTPUT_BUCKET: 'batch-out',
        AWS_REGION: 'us-east-1',
        AWS_SERVICE_ROLE: 'arn:aws:iam::000000000000:role/batch',
        BATCHROCK_ENDPOINT_URL: server.url,
      };
      const place = { stateDir: join(folder, 'state'), env };
      expect(await readBatch(await startBatch(file, place), place)).toBe('completed: 1 answered, 0 not');
    } finally {
      await server.close();
    }
  });

  it('ai-sdk-batch answers every country', async () => {
    expect(Object.keys(await capitals(['France', 'Germany'], join(folder, 'state')))).toEqual(['France', 'Germany']);
  });
});
