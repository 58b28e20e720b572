import { describe, expect, it } from 'vitest';
import { EXECUTION, INPUT, Orchestrator } from './testing/orchestrator.ts';

describe('a whole run', () => {
  it('is prepared, followed, kicked, collected and exported, each row with its answer', async () => {
    const world = new Orchestrator();
    const prepared = await world.prepare();
    expect(prepared).toEqual({
      run: expect.stringMatching(/^r-[0-9a-z]{10}$/),
      done: true,
      parts: 2,
      rows: 250,
      rejected: 0,
      job_name_prefix: 'jokes',
    });
    const { run } = prepared;
    expect(world.ports.service.jobs).toEqual([]);
    await world.follow(run);
    expect(world.ports.service.jobs.map(({ spec }) => spec.jobName)).toEqual([
      expect.stringMatching(/^jokes-[0-9a-f]{20}$/),
      expect.stringMatching(/^jokes-[0-9a-f]{20}$/),
    ]);
    expect(await world.untilTold()).toEqual({ kind: 'success', output: JSON.stringify({ run }) });

    const answer = await world.export(run);
    const folder = `${world.ports.objects.uri}/batch_output_parquet/jokes`;
    expect(answer).toMatchObject({
      run,
      done: true,
      from: 2,
      status: 'Completed',
      counts: { rows: 250, succeeded: 250, failed: 0, rejected: 0, truncated: 0 },
      cost_usd: expect.any(Number),
      output_paths: [{ output_path: `${folder}/0000.csv` }, { output_path: `${folder}/0001.csv` }],
      results_uri: `${folder}/*.csv`,
      results_location: { bucket: 'memory-bucket', key: 'batch_output_parquet/jokes/run.json' },
    });
    const files = ['0000', '0001'].map((name) => world.linesOf(`batch_output_parquet/jokes/${name}.csv`));
    const rows = files.flatMap((lines) => lines.slice(1));
    expect(files[0]?.[0]).toMatch(/^id,text,response,/);
    expect(rows.map((line) => line.split(',')[0])).toEqual(Array.from({ length: 250 }, (_, i) => String(i)));
    const pointer = JSON.parse(world.ports.objects.text('batch_output_parquet/jokes/run.json') ?? '') as object;
    expect(pointer).toMatchObject({
      schema: 'batchrock.results/1',
      run,
      execution: EXECUTION,
      results: { status: 'Completed', files: ['batch_output_parquet/jokes/0000.csv', 'batch_output_parquet/jokes/0001.csv'] },
    });
  });

  it('is found again by the same input, pays for nothing and exports once more', async () => {
    const world = new Orchestrator();
    const { run } = await world.prepare();
    await world.follow(run);
    await world.untilTold();
    await world.export(run);
    const jobs = world.ports.service.jobs.length;
    const again = await world.prepare(INPUT, { execution: `${EXECUTION}-again` });
    expect(again).toMatchObject({ run, done: true, parts: 2, rows: 250 });
    await world.follow(run, 'another');
    expect(world.tasks.get('another')).toMatchObject({ kind: 'success' });
    expect(await world.export(run)).toMatchObject({ done: true, status: 'Completed' });
    expect(world.ports.service.jobs).toHaveLength(jobs);
  });
});
