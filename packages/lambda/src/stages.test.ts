import { describe, expect, it } from 'vitest';
import { csvRows, INPUT, Orchestrator } from './testing/orchestrator.ts';

const ROWS = 120;
/** Ordinals of rows that the model refuses in the first stage. */
const REFUSED = [3, 17, 118];
const STAGE = 's3://memory-bucket/batch_output_parquet/jokes/0000.csv';

/** Both stages: rows are refused in the first alone. */
async function worldAfterFirst(): Promise<Orchestrator> {
  const refused = new Set(REFUSED.map((ordinal) => ordinal.toString(36).padStart(7, '0')));
  const isRefused = (id: string) => refused.has(id.slice(2, 9));
  const world = new Orchestrator({
    script: (_, job) => ({ record: (id) => (job === 0 && isRefused(id) ? { errorCode: 400 } : 'succeeded') }),
  });
  world.datasets.set(INPUT.s3_uri, csvRows(ROWS));
  await execute(world, INPUT);
  world.datasets.set(STAGE, `${world.linesOf('batch_output_parquet/jokes/0000.csv').join('\n')}\n`);
  return world;
}

async function execute(world: Orchestrator, input: object) {
  const { run } = await world.prepare({ ...input, max_records_per_job: null });
  const token = `token of ${run}`;
  await world.follow(run, token);
  expect(await world.untilTold(token)).toMatchObject({ kind: 'success' });
  return world.export(run);
}

const records = (world: Orchestrator, job: number) => {
  const { inputUri } = world.ports.service.jobs[job]!.spec;
  const folder = inputUri.slice(`${world.ports.objects.uri}/`.length);
  return world.ports.objects.keys(folder).flatMap((key) => world.linesOf(key));
};

describe('a second stage over the results of the first', () => {
  it('does not send a row that the first gave no answer, and says why in its place', async () => {
    const world = await worldAfterFirst();
    const answer = await execute(world, {
      ...INPUT,
      s3_uri: STAGE,
      job_name_prefix: 'judged',
      prompt: 'Is this funny? {response}',
    });
    expect(answer).toMatchObject({
      status: 'PartiallyCompleted',
      counts: { rows: ROWS, succeeded: ROWS - REFUSED.length, failed: 0, rejected: REFUSED.length },
    });
    expect(records(world, 1)).toHaveLength(ROWS - REFUSED.length);
    const [header = '', ...lines] = world.linesOf('batch_output_parquet/judged/0000.csv');
    const rejected = lines.filter((line) => line.includes(',unanswered,'));
    expect(rejected.map((line) => Number(line.split(',')[0]))).toEqual(REFUSED);
    // with what the first stage has said of it
    expect(header).toMatch(/^id,text,response,status,error_code,.*,batchrock_response,batchrock_status,/);
    for (const line of rejected) {
      expect(line).toMatch(/^\d+,thing \d+,,failed,400,/);
      expect(line).toMatch(/,rejected,unanswered,"?line \d+: it has no ""response"": the run before has ended it as failed/);
    }
  });

  it('sends all rows where its prompt uses none of the answers', async () => {
    const world = await worldAfterFirst();
    const input = { ...INPUT, s3_uri: STAGE, job_name_prefix: 'again', prompt: 'Once more: {text}' };
    expect(await execute(world, input)).toMatchObject({ counts: { succeeded: ROWS, rejected: 0 } });
    expect(records(world, 1)).toHaveLength(ROWS);
  });

  it('leaves a dataset alone whose columns are called so by chance', async () => {
    const world = new Orchestrator();
    const rows = Array.from({ length: ROWS }, (_, i) => `${i},,failed\n`).join('');
    world.datasets.set(INPUT.s3_uri, `id,response,status\n${rows}`);
    expect(await execute(world, { ...INPUT, prompt: 'Why? {response}' })).toMatchObject({ counts: { succeeded: ROWS } });
  });
});
