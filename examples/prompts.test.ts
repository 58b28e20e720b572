import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBatchrock } from 'batchrock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, 'prompts');

/** A row for each prompt of the folder, with the column that it names. */
const ROWS: Readonly<Record<string, { readonly column: string; readonly cells: readonly string[] }>> = {
  joke_about_topic: { column: 'topic', cells: ['penguins', 'compilers'] },
  sentiment_classifier: { column: 'input_text', cells: ['I love it', 'Awful, really'] },
  question_answering: { column: 'source', cells: ['Ann has 3 apples and eats one. How many are left?'] },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchrock-prompts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the prompts of the examples', () => {
  it('are those that are tested here', async () => {
    expect((await readdir(FOLDER)).map((name) => name.replace(/\.md$/, '')).sort()).toEqual(Object.keys(ROWS).sort());
  });

  it.each(Object.entries(ROWS))('%s answers every row of a dataset that has its column', async (promptId, { column, cells }) => {
    const dataset = join(folder, 'in.jsonl');
    const out = join(folder, 'out.jsonl');
    await writeFile(dataset, cells.map((cell) => `${JSON.stringify({ [column]: cell })}\n`).join(''));
    const batchrock = await openBatchrock({ stateDir: join(folder, 'state') });
    try {
      const question = { dataset, promptId, promptsDir: FOLDER, model: 'anthropic.claude-3-haiku-20240307-v1:0' };
      const { status } = await batchrock.run({ ...question, out });
      expect(status).toMatchObject({ state: 'ended', succeeded: cells.length, failed: 0, rejected: 0 });
      const rows = (await readFile(out, 'utf8')).trim().split('\n');
      expect(rows.map((row) => JSON.parse(row)[column])).toEqual(cells);

      const other = join(folder, 'other.jsonl');
      await writeFile(other, '{"something":"else"}\n');
      await expect(batchrock.plan({ ...question, dataset: other })).rejects.toMatchObject({
        code: 'BR-E0106',
        message: expect.stringContaining(column),
      });
    } finally {
      await batchrock.close();
    }
  });
});
