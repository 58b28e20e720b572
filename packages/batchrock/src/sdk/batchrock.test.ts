import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';
import { Batchrock, openBatchrock, type RunProgress, type RunStatus } from '../index.ts';

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
    expect(await Array.fromAsync(batchrock.watch(run))).toEqual([report.status]);
    expect((await batchrock.list()).map((each) => each.run)).toEqual([run]);
    expect(await batchrock.errors()).toMatchObject([
      { status: 'rejected', code: 'ragged_row', rows: 1, examples: [{ row: 3, line: 4 }] },
    ]);
    expect(await batchrock.explain(run, '1')).toMatchObject({
      kind: 'row',
      row: 1,
      lives: [{ outcome: { status: 'succeeded' } }],
    });
    expect(await batchrock.writeResults(run, 'out.csv', { only: ['succeeded'] })).toMatchObject({
      format: 'csv',
      unchanged: false,
    });
    expect(readFileSync(join(cwd, 'out.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(3);
    await expect(batchrock.status('r-nope')).rejects.toMatchObject({ code: 'BR-E0201' });
    await expect(batchrock.stop(run, 'drain')).rejects.toMatchObject({ code: 'BR-E0207' });
    await expect(batchrock.retry(run)).rejects.toMatchObject({ code: 'BR-E0207' });
  } finally {
    await batchrock.close();
  }
});

describe('a run that is submitted', () => {
  const question = { model: MODEL, prompt: 'Classify the sentiment of: {text}' };

  test('is left with its jobs, watched by another opening of the ledger, and its rows read one after another', async () => {
    const rows = Array.from({ length: 250 }, (_, i) => `${i},good ${i}`).join('\n');
    const cwd = folderWith({ 'in.csv': `id,text\n${rows}\n` });
    const server = await localServer();
    const options = { stateDir: join(cwd, 'state'), env: { BATCHROCK_ENDPOINT_URL: server.url }, cwd };
    const first = await openBatchrock(options);
    const submitted = await first.submit({ ...question, dataset: 'in.csv', recordsPerJob: 100, slots: 1, out: 'out.jsonl' });
    expect(submitted).toMatchObject({ state: 'running', jobs: { running: 1, total: 2 } });
    expect(await jobsOf(server)).toHaveLength(1);
    await first.close();

    await using batchrock = await Batchrock.open(options);
    const { run } = submitted;
    const seen: RunStatus[] = [];
    for await (const status of batchrock.watch(run, { pollMs: 10 })) seen.push(status);
    expect(seen.at(-1)).toMatchObject({ state: 'ended', succeeded: 250, jobs: { done: 2 } });
    expect(await batchrock.advance(run)).toEqual(seen.at(-1));
    expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(250);

    const read: { id: string; response: string }[] = [];
    for await (const row of batchrock.results<{ id: string; response: string }>(run)) read.push(row);
    expect(read.map(({ id }) => id)).toEqual(Array.from({ length: 250 }, (_, i) => String(i)));
    for await (const row of batchrock.results<{ id: string }>(run)) {
      if (row.id === '3') break;
    }
    await expect(Array.fromAsync(batchrock.results('r-nope'))).rejects.toMatchObject({ code: 'BR-E0201' });
    expect(await Array.fromAsync(batchrock.results(run, { only: ['failed'] }))).toEqual([]);
  });

  test('that is refused a job by the service throws why, and is not tried for ever', async () => {
    const cwd = folderWith({ 'in.csv': 'id,text\n1,good\n' });
    const server = await localServer();
    await using batchrock = await openBatchrock({ stateDir: join(cwd, 'state'), env: {}, cwd });
    const nowhere = {
      ...question,
      dataset: 'in.csv',
      endpointUrl: server.url,
      bucket: 'batchrock-local',
      outputBucket: 'nowhere',
    };
    await expect(batchrock.submit(nowhere)).rejects.toMatchObject({ kind: 'service' });
    const statuses = await Array.fromAsync(batchrock.watch());
    expect(statuses).toMatchObject([{ state: 'running', blocked: { code: expect.stringMatching(/^BR-E/) } }]);
  });

  test('is stopped without waiting where that is asked for, and sent again without waiting', async () => {
    const cwd = folderWith({ 'in.csv': 'id,text\n1,good\n2,bad\n' });
    const server = await localServer({ queueMs: 86_400_000 });
    await using batchrock = await openBatchrock({ stateDir: join(cwd, 'state'), env: {}, cwd });
    const { run } = await batchrock.submit({ ...question, dataset: 'in.csv', endpointUrl: server.url });
    expect(await batchrock.stop(run, 'stop', { isLeft: true })).toMatchObject({
      state: expect.stringMatching(/^stopp(ing|ed)$/),
    });
    const [last] = (await Array.fromAsync(batchrock.watch(run, { pollMs: 10 }))).slice(-1);
    expect(last).toMatchObject({ state: 'stopped' });
    expect(await batchrock.resume(run, { isLeft: true })).toMatchObject({ isLeft: true, status: { state: 'running' } });
  });
});
