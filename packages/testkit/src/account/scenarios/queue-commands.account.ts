import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetModelInvocationJobCommand } from '@aws-sdk/client-bedrock';
import { openQueue } from 'batchrock';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CommandLine, openCommandLine } from './command-line.ts';
import { records, useFileQueue } from './file-queue.ts';
import { MODEL } from './scenario.ts';

// The commands on a queue, as a user of the account gives them; and the same from code.

const OTHER_MODEL = 'anthropic.claude-3-5-haiku-20241022-v1:0';
const queue = useFileQueue({ maxRecordsPerJob: 100 });
let commands: CommandLine;

beforeAll(() => {
  commands = openCommandLine(queue.account);
});
afterAll(() => {
  vi.unstubAllEnvs();
  commands?.close();
});

const onQueue = (...argv: readonly string[]) => ['queue', ...argv, '--stack', 'Files'];
const write = (name: string, text: string) => writeFileSync(join(commands.cwd, name), text);
const still = { isStill: true };
/** The hours that each job of a file was given. */
const hoursOf = async (path: string) =>
  Promise.all(
    (await queue.jobsOf(path)).map(async ({ jobArn }) => {
      const { bedrock } = queue.account.clients;
      return (await bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn }))).timeoutDurationInHours;
    }),
  );
const jobCount = async () => (await queue.account.bedrock.jobs()).length;

test('files of this machine are put there, waited for and shown; the same again is paid for once', async () => {
  write('one.jsonl', records(120, 'One'));
  write('two.jsonl', records(100, 'Two'));
  const put = onQueue(
    'put',
    'one.jsonl',
    'two.jsonl',
    '--model',
    OTHER_MODEL,
    '--priority',
    'high',
    '--timeout-hours',
    '48',
    '--wait',
  );
  const expected = { status: 'Completed', model: OTHER_MODEL, priority: 'high', timeoutHours: 48, reason: null };
  const { files } = (await commands.succeed(put)) as { files: { file: string; results: string }[] };
  expect(files).toMatchObject([
    { ...expected, key: `to-process/${OTHER_MODEL}/one.jsonl`, rows: 120, succeeded: 120 },
    { ...expected, key: `to-process/${OTHER_MODEL}/two.jsonl`, rows: 100, succeeded: 100 },
  ]);
  expect(await hoursOf(`${OTHER_MODEL}/one.jsonl`)).toEqual([48]);
  expect(files[0]?.results).toBe(`s3://${queue.bucket}/processed/${OTHER_MODEL}/one/`);
  expect(await queue.results(`processed/${OTHER_MODEL}/one/`)).toHaveLength(120);

  const jobs = await jobCount();
  expect(await commands.succeed(put)).toEqual({ schema: 'batchrock.files/1', files });
  expect(await jobCount()).toBe(jobs);

  const [list, shown] = await Promise.all([
    commands.succeed(onQueue('list', '--status', 'Completed'), still),
    commands.succeed(onQueue('show', `${OTHER_MODEL}/one.jsonl`), still),
  ]);
  expect(list['files']).toEqual(expect.arrayContaining(files));
  expect(shown).toEqual({ schema: 'batchrock.file/1', ...files[0] });
});

test('a timeout that the service does not know is refused before anything is put', async () => {
  write('short.jsonl', records(100, 'Short'));
  const refused = await commands.batchrock(onQueue('put', 'short.jsonl', '--timeout-hours', '12'), still);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('24 to 168') });
  expect(await queue.keys('to-process/short')).toEqual([]);
});

test('a file that the queue cannot use ends the command with 3, and says why', async () => {
  write('prose.jsonl', 'this is prose\nand no record\n');
  const bad = await commands.batchrock(onQueue('put', 'prose.jsonl', '--wait', '--json'));
  expect(bad.code).toBe(3);
  expect(JSON.parse(bad.stdout).files).toMatchObject([{ status: 'Failed', reason: { code: expect.stringMatching(/^BR-E/) } }]);
});

test('a file is paused, goes on, is cancelled and is taken up again; what does not go with its status is refused', async () => {
  write('slow.jsonl', records(150, 'Slow'));
  const { files } = (await commands.succeed(onQueue('put', 'slow.jsonl'), still)) as { files: { file: string }[] };
  await queue.until('slow.jsonl', 'InProgress', 5);
  const { file = '' } = files[0] ?? {};
  const only = (status: string) => ({ schema: 'batchrock.files/1', files: [{ file, status }] });
  expect(await commands.succeed(onQueue('pause', 'slow.jsonl'), still)).toMatchObject(only('Paused'));
  expect(await commands.succeed(onQueue('resume', 'slow.jsonl'), still)).toMatchObject(only('InProgress'));
  expect(await commands.succeed(onQueue('cancel', file), still)).toMatchObject({ files: [{ reason: { code: 'Cancelled' } }] });
  await queue.until('slow.jsonl', 'Cancelled', 60);
  const wrong = await commands.batchrock(onQueue('pause', file, '--json'), still);
  expect([wrong.code, JSON.parse(wrong.stdout).error.code]).toEqual([2, 'BR-E0207']);
  expect(await commands.succeed(onQueue('retry', file), still)).toMatchObject({ files: [{ file }] });
  expect((await queue.until('slow.jsonl', 'Completed')).counts).toMatchObject({ rows: 150, succeeded: 150 });
});

test('a queue that is paused sends nothing of what comes, says so, and goes on with it when it is resumed', async () => {
  expect(await commands.succeed(onQueue('pause'), still)).toEqual({ schema: 'batchrock.files/1', files: [] });
  const jobs = await jobCount();
  write('later.jsonl', records(150, 'Later'));
  await commands.succeed(onQueue('put', 'later.jsonl'), still);
  await queue.until('later.jsonl', 'Paused', 30);
  const list = await commands.batchrock(onQueue('list', '--status', 'Paused'), still);
  expect(list).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('the queue is paused; batchrock queue resume --stack Files'),
  });
  expect(await jobCount()).toBe(jobs);
  expect(await commands.succeed(onQueue('resume'), still)).toMatchObject({ files: [{ name: 'later' }] });
  expect((await queue.until('later.jsonl', 'Completed')).counts).toMatchObject({ rows: 150, succeeded: 150 });
});

test('from code: an object that lies in S3 is a file by itself, with a name and a model of its own', async () => {
  for (const [name, value] of Object.entries(commands.env)) vi.stubEnv(name, value);
  const files = await openQueue({ stack: 'Files' });
  try {
    const object = `s3://${queue.bucket}/to-process/slow.jsonl`;
    const put = await files.enqueue(object, { name: 'from/code', model: MODEL, priority: 'low', timeoutHours: 72 });
    await queue.passUntil(async () => (await files.show(put.file)).status === 'Completed', 240);
    const done = await files.wait(put);
    expect(done).toMatchObject({ name: 'from/code', modelId: MODEL, timeoutHours: 72, counts: { rows: 150, succeeded: 150 } });
    expect(done.resultsUri).toBe(`s3://${queue.bucket}/processed/from/code/`);
    expect((await files.list({ limit: 1 })).map(({ file }) => file)).toEqual([put.file]);
    await expect(files.show('none.jsonl')).rejects.toMatchObject({ code: 'BR-E0201' });
    await expect(files.enqueue(`s3://${queue.bucket}/to-process/none.jsonl`)).rejects.toMatchObject({ code: 'BR-E0101' });
  } finally {
    files.close();
  }
});
