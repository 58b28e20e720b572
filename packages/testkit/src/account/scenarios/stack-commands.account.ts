import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { ResultsFormat } from '@batchrock/cdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, openCommandLine } from './command-line.ts';
import { topics, useOrchestrator } from './orchestrator.ts';
import { MODEL } from './scenario.ts';

const ROWS = 220;
const orchestrator = useOrchestrator({ resultsFormat: ResultsFormat.CSV });
const QUESTION = ['--model', MODEL, '--prompt', 'About {topic}', '--max-records-per-job', '100'];
const MINUTE_MS = 60_000;
let cwd: string;
let commands: CommandLine;
const start: CommandLine['start'] = (...asked) => commands.start(...asked);
const batchrock: CommandLine['batchrock'] = (...asked) => commands.batchrock(...asked);
const succeed: CommandLine['succeed'] = (...asked) => commands.succeed(...asked);

beforeAll(() => {
  commands = openCommandLine(orchestrator.account);
  cwd = commands.cwd;
  writeFileSync(join(cwd, 'topics.csv'), topics(ROWS));
});
afterAll(() => commands?.close());

const onStack = (...argv: readonly string[]) => [...argv, '--stack', 'Runs'];
const jobsOf = async (prefix: string) =>
  (await orchestrator.account.bedrock.jobs()).filter(({ jobName }) => jobName.startsWith(`${prefix}-`));

test('a file of this machine goes through the stack, and its results come back; the same command starts nothing more', async () => {
  const command = onStack('run', 'topics.csv', ...QUESTION, '--job-prefix', 'jokes', '--out', 'jokes.jsonl');
  const first = await succeed(command);
  expect(first).toMatchObject({ state: 'ended', rows: ROWS, succeeded: ROWS, target: 'stack Runs in us-east-1' });
  expect(first['dataset']).toMatch(new RegExp(`^s3://${orchestrator.bucket}/inputs/[0-9a-f]{32}/topics.csv$`));
  const rows = readFileSync(join(cwd, 'jokes.jsonl'), 'utf8').trimEnd().split('\n');
  expect(rows.map((row) => JSON.parse(row).topic)).toEqual(Array.from({ length: ROWS }, (_, i) => `topic, ${i}`));
  expect(await succeed(command, { isStill: true })).toMatchObject({ run: first['run'], output: { unchanged: true } });
  expect(await jobsOf('jokes')).toHaveLength(2);
  expect(await orchestrator.keys('inputs/')).toHaveLength(1);

  const looks = [['list'], ['status', 'jokes'], ['results', String(first['run']), '--raw'], ['results', 'jokes']];
  const [list, status, raw, results] = await Promise.all(looks.map((argv) => succeed(onStack(...argv), { isStill: true })));
  expect(list).toMatchObject({ runs: [{ run: first['run'], state: 'ended' }] });
  expect(status).toMatchObject({ run: first['run'], succeeded: ROWS });
  expect(raw).toMatchObject({ path: join(cwd, 'downloads/jokes/raw'), unchanged: 0 });
  const folder = readdirSync(join(cwd, 'downloads/jokes/raw/00001-1'))[0] ?? '';
  const files = readdirSync(join(cwd, 'downloads/jokes/raw/00001-1', folder)).sort();
  expect(files).toEqual(['000.jsonl.out', 'manifest.json.out']);
  expect(results).toMatchObject({ path: join(cwd, 'downloads/jokes'), unchanged: 0 });
  for (const name of ['0000.csv', '0001.csv', 'run.json']) {
    expect(readFileSync(join(cwd, 'downloads/jokes', name), 'utf8')).toBe(
      await orchestrator.text(`batch_output_parquet/jokes/${name}`),
    );
  }
});

test('doctor looks at the stack, its table and the model in the place of a bucket and a role', async () => {
  const { clients } = orchestrator.account;
  const doctor = (...argv: readonly string[]) => batchrock(['doctor', '--model', MODEL, '--json', ...argv], { isStill: true });
  const checksOf = (told: string) => JSON.parse(told).checks as readonly { readonly id: string; readonly state: string }[];
  const sound = await doctor('--stack', 'Runs');
  expect(sound.code).toBe(0);
  expect(JSON.parse(sound.stdout)).toMatchObject({ target: 'stack Runs in us-east-1', isSound: true });
  const ids = [
    'settings',
    'keys',
    'endpoint',
    'clock',
    'identity',
    'stack',
    'table',
    'dead-letters',
    'model',
    'access',
    'quota',
    'limits',
  ];
  expect(checksOf(sound.stdout).slice(-ids.length)).toMatchObject(ids.map((id) => ({ id, state: 'ok' })));
  const recovery = (PointInTimeRecoveryEnabled: boolean) => {
    const TableName = orchestrator.outputs['tableName'];
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled };
    return clients.dynamodb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  };
  await recovery(false);
  expect(checksOf((await doctor('--stack', 'Runs')).stdout)).toContainEqual(
    expect.objectContaining({ id: 'table', state: 'warn' }),
  );
  await recovery(true);
  const deadLetters = orchestrator.account.queues.all().find(({ name }) => /DeadLetters/.test(name));
  deadLetters?.send({ body: '{}' });
  expect(checksOf((await doctor('--stack', 'Runs')).stdout)).toContainEqual({
    id: 'dead-letters',
    state: 'warn',
    message: expect.stringMatching(/^1 dead letters lie in http.*DeadLetters/),
    remedy: expect.stringContaining('receive-message'),
  });
  deadLetters?.purge();
  const none = await doctor('--stack', 'None');
  expect(none.code).toBe(5);
  expect(checksOf(none.stdout).filter(({ state }) => state === 'fail')).toMatchObject([
    { id: 'stack', message: 'no stack None in us-east-1' },
  ]);
});

test('a run that is stopped ends with its jobs, and goes on by another execution; a retry sends what failed', async () => {
  const { bedrock } = orchestrator.account;
  // never begun, however long the next command takes to start: a job that is stopped later has answered what came before
  await bedrock.setFaults({ jobStuck: { 'stopped*': 1 } });
  const question = ['--model', MODEL, '--prompt', 'Stop {topic}', '--max-records-per-job', '100', '--max-attempts', '1'];
  const begun = await succeed(onStack('run', 'topics.csv', ...question, '--job-prefix', 'stopped', '--detach'));
  await orchestrator.passUntil(async () => (await jobsOf('stopped')).length === 2, 10);
  expect(await succeed(onStack('stop', 'stopped', '--mode', 'stop'), { isStill: true })).toMatchObject({ state: 'stopping' });
  await orchestrator.passUntil(async () => (await jobsOf('stopped')).every(({ status }) => status === 'Stopped'), 30);
  await bedrock.clearFaults();
  await bedrock.setFaults({ recordFail: { 'stopped*': 0.1 }, recordCodes: [400] });
  const { code, stdout } = await batchrock(onStack('resume', 'stopped', '--json'));
  await bedrock.clearFaults();
  const resumed = JSON.parse(stdout);
  expect([code, resumed.run, resumed.state]).toEqual([3, begun['run'], 'ended']);
  expect(resumed.failed).toBeGreaterThan(0);
  expect(await succeed(onStack('retry', 'stopped', '--all'))).toMatchObject({ failed: 0, succeeded: ROWS });
});

test('a run moves from the stack to a laptop: the stack sends nothing more of it', async () => {
  const { bedrock } = orchestrator.account;
  await bedrock.setFaults({ jobRunMs: 60 * MINUTE_MS });
  const question = ['--model', MODEL, '--prompt', 'Move {topic}', '--max-records-per-job', '100'];
  const { run } = await succeed(onStack('run', 'topics.csv', ...question, '--job-prefix', 'moved', '--detach'));
  await orchestrator.passUntil(async () => (await jobsOf('moved')).length === 2, 10);
  await bedrock.clearFaults();
  const place = `s3://${orchestrator.bucket}/runs/${run}`;
  const adopted = await succeed(['adopt', place, '--out', 'moved.jsonl'], { state: 'laptop', isStill: true });
  expect(adopted).toMatchObject({ run, state: 'running', formerOwner: { name: expect.stringContaining('the table ') } });
  const [refused, resumed] = await Promise.all([
    batchrock(onStack('stop', String(run), '--mode', 'stop'), { isStill: true }),
    succeed(['resume', String(run)], { state: 'laptop' }),
  ]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0213') });
  expect(resumed).toMatchObject({ state: 'ended', succeeded: ROWS });
  expect(await jobsOf('moved')).toHaveLength(2);
});

test('a run moves from a laptop to the stack, which brings it to its end', async () => {
  const { bedrock } = orchestrator.account;
  const { bedrockRoleArn = '' } = orchestrator.outputs;
  await bedrock.setFaults({ jobRunMs: 60 * MINUTE_MS });
  const where = ['--bucket', orchestrator.bucket, '--role-arn', bedrockRoleArn];
  const question = ['--model', MODEL, '--prompt', 'Back {topic}', '--max-records-per-job', '100', '--yes'];
  const laptop = start(['run', 'topics.csv', ...question, ...where], 'laptop');
  const early = laptop.ended.then(({ code, stderr }) => {
    throw new Error(`it has ended with ${code} before its jobs were there: ${stderr}`);
  });
  await Promise.race([early, expect.poll(async () => (await jobsOf('batchrock')).length).toBe(2)]);
  early.catch(() => undefined);
  laptop.process.kill('SIGKILL');
  await bedrock.clearFaults();
  const run = /run (r-[0-9a-z]{10})/.exec((await laptop.ended).stderr)?.[1] ?? '';
  const place = `s3://${orchestrator.bucket}/runs/${run}`;
  expect(await succeed(onStack('adopt', place, '--job-prefix', 'back'), { isStill: true })).toMatchObject({ run });
  const isExported = async () => {
    const keys = await orchestrator.keys('batch_output_parquet/back/run.json');
    return keys.length > 0 && (await orchestrator.text('batch_output_parquet/back/run.json')).includes('"files"');
  };
  await orchestrator.passUntil(isExported, 120);
  const pointer = JSON.parse(await orchestrator.text('batch_output_parquet/back/run.json'));
  expect(pointer).toMatchObject({ run, results: { status: 'Completed', counts: { rows: ROWS, succeeded: ROWS } } });
  expect(await jobsOf('batchrock')).toHaveLength(2);
});
