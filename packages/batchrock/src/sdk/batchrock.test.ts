import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, MODEL } from '../../test/cli-harness.ts';
import { openBatchrock, type RunProgress } from '../index.ts';

test('a program runs a dataset on the embedded local Bedrock, follows it, and reads what came of it', async () => {
  const cwd = folderWith({ 'in.csv': 'id,text\n1,good\n2,bad\n3\n' });
  const notices: string[] = [];
  const phases = new Set<RunProgress['phase']>();
  const batchrock = await openBatchrock({
    stateDir: join(cwd, 'state'),
    env: {},
    cwd,
    onNotice: (notice) => notices.push(notice),
  });
  try {
    const question = { dataset: 'in.csv', model: MODEL, prompt: 'Classify the sentiment of: {text}' };
    const plan = await batchrock.plan(question);
    expect(plan).toMatchObject({
      rows: 3,
      rejected: [{ code: 'ragged_row', rows: 1, firstLine: 4 }],
      plan: { records: 2, parts: 1 },
    });
    expect(await batchrock.list()).toEqual([]);

    const report = await batchrock.run({ ...question, out: 'out.jsonl' }, { onProgress: ({ phase }) => phases.add(phase) });
    expect(report.status).toMatchObject({
      state: 'ended',
      rows: 3,
      succeeded: 2,
      failed: 0,
      rejected: 1,
      pending: 0,
      synthetic: true,
    });
    expect([...phases]).toEqual(expect.arrayContaining(['hashing', 'run', 'preparing', 'running', 'event']));
    expect(notices.join('\n')).toContain('synthetic');
    const rows = readFileSync(join(cwd, 'out.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map((row) => row.response)).toEqual(['[synthetic] positive', '[synthetic] negative', null]);

    const { run } = report.status;
    expect(await batchrock.status(run.slice(0, 8))).toEqual(report.status);
    expect(await batchrock.watch(run)).toEqual(report.status);
    expect((await batchrock.list()).map((each) => each.run)).toEqual([run]);
    expect(await batchrock.errors()).toMatchObject([
      { status: 'rejected', code: 'ragged_row', rows: 1, examples: [{ row: 3, line: 4 }] },
    ]);
    expect(await batchrock.explain(run, '1')).toMatchObject({
      kind: 'row',
      row: 1,
      lives: [{ outcome: { status: 'succeeded' } }],
    });
    expect(await batchrock.results(run, 'out.csv', { only: ['succeeded'] })).toMatchObject({ format: 'csv', unchanged: false });
    expect(readFileSync(join(cwd, 'out.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(3);
    await expect(batchrock.status('r-nope')).rejects.toMatchObject({ code: 'BR-E0201' });
    await expect(batchrock.stop(run, 'drain')).rejects.toMatchObject({ code: 'BR-E0207' });
    await expect(batchrock.retry(run)).rejects.toMatchObject({ code: 'BR-E0207' });
  } finally {
    await batchrock.close();
  }
});
