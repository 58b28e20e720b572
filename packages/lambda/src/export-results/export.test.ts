import { describe, expect, it } from 'vitest';
import { changeHome } from '../home/index.ts';
import { csvRows, EXECUTION, INPUT, Orchestrator, openDeadline } from '../testing/orchestrator.ts';
import { parseExportPayload } from './export.ts';

type Options = ConstructorParameters<typeof Orchestrator>[0];

/** A run that has ended. */
async function endedRun(rows: number, input: object = {}, options: Options = {}) {
  const world = new Orchestrator(options);
  world.datasets.set('s3://data/rows.csv', csvRows(rows));
  const { run, parts } = await world.prepare({ ...INPUT, ...input });
  await world.follow(run);
  await world.untilTold();
  return { world, run, parts };
}

describe('an export', () => {
  it('goes on where the last call had no time left, file by file, and ends with the same files', async () => {
    const { world, run, parts } = await endedRun(700);
    expect(parts).toBeGreaterThan(4);
    await world.export(run);
    const whole = world.ports.objects.keys('batch_output').map((key) => [key, world.ports.objects.text(key)]);
    await world.ports.objects.remove(whole.map(([key]) => key ?? ''));
    let from = 0;
    let calls = 0;
    for (let done = false; !done; calls++) {
      let left = 5;
      const answer = await world.export(
        run,
        from,
        openDeadline(() => left-- * 1000),
      );
      expect(answer.from).toBeGreaterThan(from);
      expect(answer.results_location).toEqual({ bucket: 'memory-bucket', key: 'batch_output_parquet/jokes/run.json' });
      ({ from, done } = answer);
    }
    expect(calls).toBeGreaterThan(2);
    expect(world.ports.objects.keys('batch_output').map((key) => [key, world.ports.objects.text(key)])).toEqual(whole);
  });

  it('gets on by a part in a call that has no time from the start', async () => {
    const { world, run } = await endedRun(250);
    const noTime = openDeadline(() => -1000);
    expect(await world.export(run, 0, noTime)).toMatchObject({ done: false, from: 1 });
    expect(await world.export(run, 1, noTime)).toMatchObject({ done: true, from: 2 });
  });

  it('is Parquet or CSV, as the input or the stack says', async () => {
    const { world, run } = await endedRun(120, { results_format: 'parquet' });
    expect(await world.export(run)).toMatchObject({
      output_paths: [{ output_path: expect.stringMatching(/jokes\/0000\.parquet$/) }],
    });
    expect(world.ports.objects.bytes('batch_output_parquet/jokes/0000.parquet')?.subarray(0, 4)).toEqual(
      new TextEncoder().encode('PAR1'),
    );
    const again = await world.prepare({ ...INPUT, job_name_prefix: 'as-csv' }, { execution: 'arn:second' });
    expect(again.run).toBe(run);
    expect(await world.export(run)).toMatchObject({
      output_paths: [{ output_path: expect.stringMatching(/as-csv\/0000\.csv$/) }],
    });
  });

  it('is complete as long as no more rows have failed than are tolerated', async () => {
    const script: NonNullable<Options>['script'] = () => ({
      record: (id) => (id.endsWith('100') ? { errorCode: 400 } : 'succeeded'),
    });
    const strict = await endedRun(200, {}, { script });
    const counts = { rows: 200, failed: 6, succeeded: 194 };
    expect(await strict.world.export(strict.run)).toMatchObject({ status: 'PartiallyCompleted', counts });
    const tolerant = await endedRun(200, { max_error_rate: 0.03 }, { script });
    expect(await tolerant.world.export(tolerant.run)).toMatchObject({ status: 'Completed', counts });
  });

  it('has an answer for each row where the same request is sent once', async () => {
    const world = new Orchestrator();
    const lines = Array.from({ length: 300 }, (_, i) => `${i},text ${i % 60}\n`);
    world.datasets.set('s3://data/rows.csv', `id,text\n${lines.join('')}`);
    const { run } = await world.prepare({ ...INPUT, dedupe: 'part', results_format: 'csv' });
    await world.follow(run);
    await world.untilTold();
    const counts = { rows: 300, succeeded: 300, failed: 0, rejected: 0 };
    expect(await world.export(run)).toMatchObject({ status: 'Completed', counts });
    const inputs = world.ports.objects.keys(`runs/${run}/input/`).map((key) => world.ports.objects.text(key) ?? '');
    const sent = inputs.map((text) => text.split('\n').filter((line) => line.includes('text ')).length);
    expect(sent).toEqual([60]);
    const results = world.ports.objects.keys('batch_output').find((key) => key.endsWith('.csv')) ?? '';
    const [header, ...rows] = (world.ports.objects.text(results) ?? '').trimEnd().split('\n');
    const response = header?.split(',').indexOf('response') ?? -1;
    const answers = rows.map((row) => row.split(',')[response]);
    expect(new Set(answers).size).toBe(60);
    expect(answers).toEqual(answers.map((_, i) => answers[i % 60]));
  });

  it('counts tokens, and their cost where the price of the model is known', async () => {
    const { world, run } = await endedRun(150);
    const answer = await world.export(run);
    if (!answer.done) throw new Error('one call is enough');
    expect(answer.tokens.input).toBeGreaterThan(0);
    expect(answer.cost_usd).toBeGreaterThan(0);
    const pointer = JSON.parse(world.ports.objects.text('batch_output_parquet/jokes/run.json') ?? '') as { results: object };
    const { status, counts, tokens, cost_usd } = answer;
    expect(pointer.results).toMatchObject({ status, counts, tokens, cost_usd, format: 'csv' });
    const other = await endedRun(150, { model_id: 'meta.llama3-1-8b-instruct-v1:0' });
    const unpriced = await other.world.export(other.run);
    expect(Object.keys(unpriced).includes('cost_usd')).toBe(JSON.stringify(unpriced).includes('cost_usd'));
  });

  it('names its files in its answer only while that is short, and in the pointer always', async () => {
    const { world, run } = await endedRun(250, { job_name_prefix: 'x'.repeat(200) });
    const reading = world.ports.objects.uri;
    expect(JSON.stringify(await world.export(run))).toContain(reading);
    Object.defineProperty(world.ports.objects, 'uri', { value: `s3://${'b'.repeat(60_000)}` });
    const answer = await world.export(run);
    expect(answer).not.toHaveProperty('output_paths');
    // the bucket's name is what makes the list long here, and stands once in the pattern
    expect(JSON.stringify({ ...answer, results_uri: '' }).length).toBeLessThan(2000);
    const pointer = JSON.parse(world.ports.objects.text(`batch_output_parquet/${'x'.repeat(200)}/run.json`) ?? '') as {
      results: { files: unknown };
    };
    expect(pointer.results.files).toHaveLength(2);
  });

  it('writes nothing over the results of another run, of a run that goes on, or of none', async () => {
    const { world, run } = await endedRun(250);
    await expect(world.export('r-0000000000')).rejects.toMatchObject({ code: 'BR-E0201' });
    const { run: open } = await world.prepare({ ...INPUT, prompt: 'b {text}', job_name_prefix: 'b' });
    await expect(world.export(open)).rejects.toMatchObject({ code: 'BR-E0204' });
    await changeHome(world.ports, run, (there) => there && { ...there, jobNamePrefix: 'b' });
    await expect(world.export(run)).rejects.toMatchObject({
      code: 'BR-E0111',
      message: expect.stringContaining(`holds the results of run ${open} (${EXECUTION})`),
    });
    expect(world.ports.objects.keys('batch_output_parquet/b/')).toEqual(['batch_output_parquet/b/run.json']);
    for (const payload of [undefined, { run: 'r' }, { run: 'r', from: -1 }]) {
      expect(() => parseExportPayload(payload)).toThrow('the payload is none of the state machine');
    }
  });
});
