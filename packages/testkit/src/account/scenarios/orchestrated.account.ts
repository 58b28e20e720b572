import { zstdDecompressSync } from 'node:zlib';
import { ResultsFormat } from '@batchrock/cdk';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { DATASET, type RunOutput, topics, useOrchestrator } from './orchestrator.ts';
import { MODEL } from './scenario.ts';

const ROWS = 320;
const orchestrator = useOrchestrator({ resultsFormat: ResultsFormat.CSV });

beforeAll(() => orchestrator.put(DATASET, topics(ROWS)));
afterEach(async () => {
  orchestrator.account.bus.faults.clear();
  await orchestrator.account.bedrock.clearFaults();
});

/** The input of the original's README, with parts of a hundred rows. */
const input = (jobNamePrefix: string, more: object = {}): object => ({
  s3_uri: `s3://${orchestrator.bucket}/${DATASET}`,
  job_name_prefix: jobNamePrefix,
  model_id: MODEL,
  prompt_id: 'joke_about_topic',
  max_records_per_job: 100,
  ...more,
});

const jobsOf = async (prefix: string) =>
  (await orchestrator.account.bedrock.jobs()).filter(({ jobName }) => jobName.startsWith(`${prefix}-`));

const keysOf = ({ output_paths: paths = [] }: RunOutput): readonly string[] =>
  paths.map(({ output_path: path }) => path.slice(`s3://${orchestrator.bucket}/`.length));

async function parquetRows(key: string): Promise<Record<string, unknown>[]> {
  const compressors = { ZSTD: (compressed: Uint8Array) => new Uint8Array(zstdDecompressSync(compressed)) };
  return parquetReadObjects({ file: new Uint8Array(await orchestrator.bytes(key)).buffer, compressors });
}

/** The first column of every row of the results, in the order of the files. */
async function idsIn(output: RunOutput): Promise<readonly string[]> {
  const keys = keysOf(output);
  const texts = await Promise.all(keys.map((key) => orchestrator.text(key)));
  return texts.flatMap((text) => text.trimEnd().split('\n').slice(1)).map((line) => line.slice(0, line.indexOf(',')));
}

const IDS = Array.from({ length: ROWS }, (_, i) => `00${i}`);

test("the input of the original's README ends with every row and its response, in order", async () => {
  const answer = await orchestrator.succeed(await orchestrator.start(input('test-joke-job1')));
  expect(answer).toMatchObject({
    status: 'Completed',
    counts: { rows: ROWS, succeeded: ROWS, failed: 0, rejected: 0 },
    results_location: { bucket: orchestrator.bucket, key: 'batch_output_parquet/test-joke-job1/run.json' },
  });
  expect(answer.output_paths).toHaveLength((await jobsOf('test-joke-job1')).length);
  expect(await idsIn(answer)).toEqual(IDS);
});

test('as Parquet, each file has every input column as it was, and the response', async () => {
  const question = { prompt_id: null, prompt: 'Columns of {topic}', results_format: 'parquet' };
  const answer = await orchestrator.succeed(await orchestrator.start(input('columns', question)));
  const rows = (await Promise.all(keysOf(answer).map(parquetRows))).flat();
  expect(rows.map(({ id, topic }) => [id, topic])).toEqual(IDS.map((id, i) => [id, `topic, ${i}`]));
  for (const { response } of rows) expect(response).toEqual(expect.stringMatching(/./));
});

test('a second execution of the same input pays for nothing; another question under its prefix is refused before it is sent', async () => {
  const before = (await orchestrator.account.bedrock.jobs()).length;
  const again = await orchestrator.succeed(await orchestrator.start(input('test-joke-job1')), 10);
  expect(again.counts['succeeded']).toBe(ROWS);
  const other = await orchestrator.end(
    await orchestrator.start(input('test-joke-job1', { prompt_id: null, prompt: '{topic}?' })),
  );
  expect(other).toMatchObject({ status: 'FAILED', error: expect.stringMatching(/^BR-E\d{4}$/) });
  expect(other.cause).toContain('test-joke-job1');
  expect((await orchestrator.account.bedrock.jobs()).length).toBe(before);
});

test('records that fail, a job that ends in part and one that fails cost nobody else his answer, and are sent again', async () => {
  const { bedrock } = orchestrator.account;
  await bedrock.setFaults({ recordFail: { 'bad*': 0.1 }, recordCodes: [503], jobPartial: { 'bad*': 0.5 }, partialFraction: 0.6 });
  const execution = await orchestrator.start(input('bad', { prompt_id: null, prompt: 'Bad {topic}' }));
  await orchestrator.passUntil(async () => (await jobsOf('bad')).length > 3, 60);
  await bedrock.clearFaults();
  const answer = await orchestrator.succeed(execution);
  expect(answer).toMatchObject({ status: 'Completed', counts: { rows: ROWS, succeeded: ROWS } });
  expect(await idsIn(answer)).toEqual(IDS);
  const sent = (await jobsOf('bad')).length;
  expect(sent).toBeGreaterThan(3);
  expect(sent).toBeLessThan(8);
});

test('a run all of whose events are lost is brought to its end by the sweep, one whose events all come twice by one job a part', async () => {
  const { faults } = orchestrator.account.bus;
  faults.drop(Number.POSITIVE_INFINITY);
  const lost = await orchestrator.succeed(
    await orchestrator.start(input('lost', { prompt_id: null, prompt: 'Lost {topic}' })),
    60,
  );
  expect(await idsIn(lost)).toEqual(IDS);
  faults.clear();
  faults.double(Number.POSITIVE_INFINITY);
  const twice = await orchestrator.succeed(
    await orchestrator.start(input('twice', { prompt_id: null, prompt: 'Two {topic}' })),
    60,
  );
  expect(await idsIn(twice)).toEqual(IDS);
  expect([(await jobsOf('lost')).length, (await jobsOf('twice')).length]).toEqual([3, 3]);
});

test('a prompt that is put into the bucket is there at once; a column that it lacks is named before anything is sent', async () => {
  await orchestrator.put('prompts/haiku.md', 'A haiku on {topic}');
  expect(await orchestrator.succeed(await orchestrator.start(input('haiku', { prompt_id: 'haiku' })))).toMatchObject({
    counts: { succeeded: ROWS },
  });
  const wrong = await orchestrator.end(await orchestrator.start(input('wrong', { prompt_id: 'sentiment_classifier' })));
  expect(wrong).toMatchObject({ status: 'FAILED', error: 'BR-E0106', cause: expect.stringContaining('input_text') });
  expect(await jobsOf('wrong')).toEqual([]);
});

test('the jobs of an execution that is aborted are stopped', async () => {
  await orchestrator.account.bedrock.setFaults({ jobRunMs: 6 * 3_600_000 });
  const execution = await orchestrator.start(input('aborted', { prompt_id: null, prompt: 'Never {topic}' }));
  await orchestrator.passUntil(async () => (await jobsOf('aborted')).length === 3, 10);
  await orchestrator.account.executions.stop(execution);
  const areStopped = async () => (await jobsOf('aborted')).every(({ status }) => status === 'Stopped');
  expect(await orchestrator.passUntil(areStopped, 60)).toBeLessThanOrEqual(20);
});
