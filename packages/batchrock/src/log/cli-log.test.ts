import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';
import { webhookServer } from '../../test/webhook-server.ts';
import { type LogEntry, openBatchrock } from '../index.ts';
import { LOG_FIELDS } from './fields.ts';

/** Short, since what quotes a piece of something quotes ten characters of it. */
const CANARY = /z[cprw]4711/;
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAzc4711', AWS_SECRET_ACCESS_KEY: 'zc4711', AWS_SESSION_TOKEN: 'zc4711' };
const MARKS = ['', '[[fail:400]]', '[[missing]]', '[[fail:503]]', 'fine'];
const DATASET = `id,text\n${Array.from({ length: 300 }, (_, row) => `${row},zr4711 ${MARKS[row % 5]}\n`).join('')}`;
const QUESTION = ['in.csv', '--model', MODEL, '--prompt', 'Say zp4711: {text}', '--records-per-job', '100'];
const HEAD = ['time', 'level', 'message'];

/** The lines of standard error, each of which has to be one of a log. */
function entriesOf(stderr: string): readonly LogEntry[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function expectSound(entries: readonly LogEntry[]): void {
  expect(JSON.stringify(entries)).not.toMatch(CANARY);
  const names = new Set(entries.flatMap((entry) => Object.keys(entry)));
  expect([...names].filter((name) => !LOG_FIELDS.has(name) && !HEAD.includes(name))).toEqual([]);
}

test('as JSON each line says what happened, in fields of the list alone, of a run that meets every fault', async () => {
  const faults = { throttle: 0.1, lostReply: 0.1, serverError: 0.1, jobPartial: 0.5, jobExpire: 0.1, jobFail: 0.1 };
  const server = await localServer({ speed: 20_000, faults });
  const cwd = folderWith({ 'in.csv': DATASET });
  const hook = await webhookServer(() => 404);
  const env = { ...KEYS, BATCHROCK_NOTIFY: `${hook.url}/zw4711` };
  const argv = ['run', ...QUESTION, '--endpoint-url', server.url, '--out', 'out.csv', '--log-format', 'json', '-vv'];
  const ran = await cli(argv, { cwd, env, columns: 80 });
  expect(ran.code, ran.stderr).toBe(3);
  const entries = entriesOf(ran.stderr);
  expectSound(entries);
  expect(entries).toContainEqual({
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    level: 'DEBUG',
    message: 'submitted',
    run: expect.stringMatching(/^r-/),
    part: 0,
    attempt: 1,
    jobArn: expect.stringContaining('model-invocation-job/'),
  });
  expect(entries).toContainEqual(expect.objectContaining({ level: 'INFO', message: 'finished' }));
  expect(entries).toContainEqual(expect.objectContaining({ message: 'ended', rows: 300, pending: 0 }));
});

test('the level says what is told, as JSON and as text, and an error is a line too', async () => {
  const server = await localServer({ speed: 20_000 });
  const cwd = folderWith({ 'in.csv': DATASET });
  const at = ['--endpoint-url', server.url, '--out', 'out.csv', '--max-attempts', '1'];
  const quiet = await cli(['run', ...QUESTION, ...at], { cwd, env: { BATCHROCK_LOG_LEVEL: 'error' } });
  expect(quiet).toMatchObject({ code: 3, stderr: '' });
  const info = await cli(['run', ...QUESTION, ...at, '--new', '--force'], { cwd, env: { BATCHROCK_LOG_FORMAT: 'json' } });
  const told = entriesOf(info.stderr);
  expect(told.some(({ level }) => level === 'DEBUG')).toBe(false);
  expect(told.some(({ message }) => message === 'finished')).toBe(true);
  const debug = await cli(['status', '-q', '--log-format', 'json'], { cwd });
  expect(entriesOf(debug.stderr)).toEqual([]);
  for (const argv of [
    ['status', 'r-none', '--log-format=json', '--json'],
    ['status', '--no-such-option', '--log-format', 'json'],
  ]) {
    const failed = await cli(argv, { cwd });
    expect(failed.code).toBe(2);
    expect(entriesOf(failed.stderr)).toMatchObject([{ level: 'ERROR', code: expect.stringMatching(/^BR-E0/) }]);
  }
});

test('a program hears the same entries', async () => {
  const server = await localServer({ speed: 20_000 });
  const cwd = folderWith({ 'in.csv': DATASET });
  const entries: LogEntry[] = [];
  await using runs = await openBatchrock({
    cwd,
    stateDir: join(cwd, 'state'),
    env: KEYS,
    logLevel: 'debug',
    onLog: (entry) => entries.push(entry),
  });
  const request = { dataset: 'in.csv', model: MODEL, prompt: 'Say zp4711: {text}', endpointUrl: server.url };
  const { status } = await runs.run({ ...request, maxAttempts: 1 });
  expectSound(entries);
  expect(entries.filter(({ run, message }) => run === status.run && message === 'collected')).toHaveLength(status.jobs.total);
  expect(entries.at(-1)).toMatchObject({ level: 'INFO', message: 'ended', run: status.run, failed: status.failed });
  await expect(runs.run({ ...request, params: { nonsense: 'zp4711' } })).rejects.toMatchObject({ code: 'BR-E0115' });
});
