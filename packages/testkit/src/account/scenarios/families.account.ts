import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchOrchestratorStack, ResultsFormat } from '@batchrock/cdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, openCommandLine } from './command-line.ts';
import { csvRecords } from './csv-records.ts';
import { records, useFileQueue } from './file-queue.ts';
import { DATASET, type RunOutput, useOrchestrator } from './orchestrator.ts';
import { synthesise } from './synthesise.ts';

const ROOT = join(import.meta.dirname, '../../../../..');
/** The family that docs/families.md shows. */
const EXAMPLE = join(ROOT, 'examples/families/in-house.js');
const SOURCE = readFileSync(EXAMPLE, 'utf8');
const SHA256 = createHash('sha256').update(SOURCE).digest('hex');
/** A model that no catalogue has; the local Bedrock answers by the shape of what it is asked. */
const IN_HOUSE = 'acme.in-house-v1:0';
const ROWS = 120;
const LONG = 7;

const orchestrator = useOrchestrator(
  { resultsFormat: ResultsFormat.CSV, families: [EXAMPLE] },
  { bedrock: { extraModels: [IN_HOUSE] } },
);
const queue = useFileQueue({ modelId: IN_HOUSE, families: [EXAMPLE] }, { bedrock: { extraModels: [IN_HOUSE] } });
/** A topic a row, and one that is longer than the model reads. */
const dataset = `id,topic\n${Array.from({ length: ROWS }, (_, i) => `${i},${i === LONG ? 'x'.repeat(8001) : `topic ${i}`}\n`).join('')}`;
let commands: CommandLine;

beforeAll(async () => {
  await orchestrator.put(DATASET, dataset);
  commands = openCommandLine(orchestrator.account);
  writeFileSync(join(commands.cwd, 'topics.csv'), dataset);
  writeFileSync(join(commands.cwd, 'in-house.js'), SOURCE);
  // as it is installed in a project
  mkdirSync(join(commands.cwd, 'node_modules'));
  symlinkSync(join(ROOT, 'packages/batchrock'), join(commands.cwd, 'node_modules/batchrock'));
});
afterAll(() => commands?.close());

const input = (more: object) => ({
  s3_uri: `s3://${orchestrator.bucket}/${DATASET}`,
  job_name_prefix: 'labels',
  model_id: IN_HOUSE,
  family: 'in-house',
  prompt: 'Sentiment of {topic}',
  params: { max_tokens: 20, tone: 'formal' },
  ...more,
});

async function rowsOf({ output_paths: paths = [] }: RunOutput) {
  const keys = paths.map(({ output_path: path }) => path.slice(`s3://${orchestrator.bucket}/`.length));
  return (await Promise.all(keys.map((key) => orchestrator.text(key)))).flatMap(csvRecords);
}

test('an execution speaks to a model that nobody knows by the family of its stack', async () => {
  expect(orchestrator.outputs['families']).toBe(`in-house:${SHA256}`);
  const answer = await orchestrator.succeed(await orchestrator.start(input({})));
  expect(answer.counts).toMatchObject({ rows: ROWS, succeeded: ROWS - 1, rejected: 1 });
  const rows = await rowsOf(answer);
  for (const [i, row] of rows.entries()) {
    if (i === LONG) {
      expect(row).toMatchObject({ id: String(LONG), status: 'rejected', error_code: 'invalid_request' });
      expect(row['error_message']).toContain(
        'in-house.request of in-house.js: the text has 8014 characters; the model reads 8000',
      );
    } else
      expect(row).toMatchObject({
        id: String(i),
        status: 'succeeded',
        stop_reason: 'stop',
        response: expect.stringMatching(/./),
      });
  }
  const [part = ''] = await orchestrator.keys(`runs/${answer.run}/input/`);
  const first = JSON.parse((await orchestrator.text(part)).split('\n', 1)[0] ?? '');
  expect(first.modelInput).toEqual({
    messages: [
      { role: 'system', content: 'Answer formally.' },
      { role: 'user', content: 'Sentiment of topic 0' },
    ],
    max_tokens: 20,
  });
});

test('records that fail are sent again by it, and a job of few is padded by its request', async () => {
  const { bedrock } = orchestrator.account;
  await bedrock.setFaults({ recordFail: { 'again*': 0.2 }, recordCodes: [503] });
  const execution = await orchestrator.start(input({ job_name_prefix: 'again', prompt: 'Again {topic}' }));
  const jobsOf = async () => (await bedrock.jobs()).filter(({ jobName }) => jobName.startsWith('again-'));
  await orchestrator.passUntil(async () => (await jobsOf()).length > 1, 60);
  await bedrock.clearFaults();
  expect(await orchestrator.succeed(execution)).toMatchObject({ counts: { rows: ROWS, succeeded: ROWS - 1, failed: 0 } });
});

test('the command line takes the module of the stack, by its path or its name, and no other', async () => {
  const run = ['run', 'topics.csv', '--model', IN_HOUSE, '--prompt', 'About {topic}', '--stack', 'Runs', '--yes'];
  const out = ['--job-prefix', 'about', '--out', 'about.jsonl'];
  const last = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  const { code, stdout } = await commands.batchrock([...run, ...out, '--family', './in-house.js', '--json']);
  const first = last(stdout);
  expect([code, first]).toMatchObject([3, { state: 'ended', succeeded: ROWS - 1, rejected: 1 }]);
  const jobs = (await orchestrator.account.bedrock.jobs()).length;
  const named = await commands.batchrock([...run, ...out, '--family', 'in-house', '--json'], { isStill: true });
  expect(last(named.stdout)).toMatchObject({ run: first.run });
  expect((await orchestrator.account.bedrock.jobs()).length).toBe(jobs);
  writeFileSync(join(commands.cwd, 'newer.js'), `${SOURCE}\n// newer\n`);
  writeFileSync(join(commands.cwd, 'other.js'), SOURCE.replace("'in-house'", "'other'"));
  for (const [family, reason, said] of [
    ['./newer.js', 'BR-E0218', 'stack Runs has another in-house'],
    ['./other.js', 'BR-E0120', './other.js is the family other; stack Runs has in-house'],
    ['inhouse', 'BR-E0120', '(did you mean in-house?); stack Runs has in-house'],
  ] as const) {
    const refused = await commands.batchrock([...run, '--family', family], { isStill: true });
    expect(refused.stderr).toContain(reason);
    expect(refused.stderr).toContain(said);
    expect(refused.stderr).toContain('--family');
    expect(refused.code).not.toBe(0);
  }
});

test('a stack that is deployed with another module takes that one, and not what was asked of the former', async () => {
  const newer = join(commands.cwd, 'newer.js');
  writeFileSync(newer, SOURCE.replace("'Answer formally.'", "'Answer as one does at court.'"));
  const props = { resultsFormat: ResultsFormat.CSV, families: [newer] };
  await orchestrator.account.deploy(
    synthesise((app) => new BatchOrchestratorStack(app, 'Runs', props)),
    'Runs',
  );
  const former = await orchestrator.end(await orchestrator.start(input({ job_name_prefix: 'former', family_sha256: SHA256 })));
  expect(former).toMatchObject({ status: 'FAILED', error: 'BR-E0218', cause: expect.stringContaining('is of another newer.js') });
  const answer = await orchestrator.succeed(await orchestrator.start(input({ job_name_prefix: 'court' })));
  const [part = ''] = await orchestrator.keys(`runs/${answer.run}/input/`);
  expect(await orchestrator.text(part)).toContain('Answer as one does at court.');
});

test('a queue reads the answers of a model that nobody knows by its only family', async () => {
  const body = (i: number) => ({ messages: [{ role: 'user', content: `In house ${i}` }], max_tokens: 20 });
  const lines = Array.from({ length: ROWS }, (_, i) => `${JSON.stringify({ recordId: `r${i}`, modelInput: body(i) })}\n`).join(
    '',
  );
  await queue.put('to-process/in-house.jsonl', lines);
  const file = await queue.until('in-house.jsonl', 'Completed');
  expect(file).toMatchObject({ counts: { rows: ROWS, succeeded: ROWS }, tokens: { input: expect.any(Number) } });
  expect(file.tokens?.output).toBeGreaterThan(0);
  await queue.put('to-process/wrong.jsonl', records(100), { 'batchrock-family': 'nowhere' });
  expect((await queue.until('wrong.jsonl', 'Failed')).reason?.message).toContain(
    'unknown model family "nowhere"; those of this stack are in-house',
  );
});
