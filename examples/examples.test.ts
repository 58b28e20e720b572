import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalBedrock } from '@batchrock/local';
import { openBatchrock } from 'batchrock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classify } from './classify-reviews.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-example-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the examples', () => {
  it('classify-reviews answers every row', async () => {
    const dataset = join(folder, 'reviews.csv');
    const out = join(folder, 'out.jsonl');
    await writeFile(dataset, 'id,text\n007,I love it\n8,"Awful, really"\n');
    expect(await classify(dataset, out, join(folder, 'state'))).toBe(`2 of 2 rows answered: ${out}`);
    const rows = (await readFile(out, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toMatchObject([
      { id: '007', text: 'I love it', status: 'succeeded', response: '[synthetic] positive' },
      { id: '8', text: 'Awful, really', status: 'succeeded', response: '[synthetic] negative' },
    ]);
  });

  it('families/in-house speaks to a model that is not known', async () => {
    const model = 'acme.in-house-v1:0';
    const dataset = join(folder, 'reviews.csv');
    await writeFile(dataset, 'id,text\n007,I love it\n8,"Awful, really"\n');
    const server = await startLocalBedrock({ dir: join(folder, 'local'), buckets: ['batchrock-local'], extraModels: [model] });
    const batchrock = await openBatchrock({ stateDir: join(folder, 'state') });
    try {
      const { status } = await batchrock.run({
        dataset,
        model,
        family: join(import.meta.dirname, 'families/in-house.js'),
        prompt: 'Classify the sentiment of: {text}',
        params: { tone: 'formal' },
        endpointUrl: server.url,
        out: join(folder, 'out.jsonl'),
      });
      expect(status).toMatchObject({ succeeded: 2, failed: 0 });
      expect(await readFile(join(folder, 'out.jsonl'), 'utf8')).toContain('[synthetic] positive');
    } finally {
      await batchrock.close();
      await server.close();
    }
  });
});
