import { afterEach, expect, test } from 'vitest';
import { records, useFileQueue } from './file-queue.ts';
import { MODEL } from './scenario.ts';

// The faults of the original queue, by their numbers in docs/batch-queue.md, each with the right end.

const OTHER_MODEL = 'anthropic.claude-3-5-haiku-20241022-v1:0';
const queue = useFileQueue({ maxRecordsPerJob: 100 });

afterEach(async () => {
  queue.account.bus.faults.clear();
  await queue.account.bedrock.clearFaults();
});

test('1, 9 and 10: a file begins within a minute, and ends with results by its name, counts, tokens, cost and a message', async () => {
  await queue.put(
    'to-process/one.jsonl',
    records(120, 'One', (i) => `mine-${i}`),
  );
  const begun = await queue.until('one.jsonl', 'InProgress', 1);
  expect((begun.startedAt ?? 0) - begun.receivedAt).toBeLessThan(60_000);
  const file = await queue.until('one.jsonl', 'Completed');
  expect(file).toMatchObject({
    name: 'one',
    modelId: MODEL,
    results: 'processed/one/',
    attempt: 1,
    counts: { rows: 120, succeeded: 120, failed: 0, rejected: 0 },
    tokens: { input: expect.any(Number), output: expect.any(Number) },
    costUsd: expect.any(Number),
  });
  const lines = await queue.results('processed/one/');
  expect(lines.map(({ recordId }) => recordId)).toEqual(Array.from({ length: 120 }, (_, i) => `mine-${i}`));
  const inputs = records(120, 'One')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { modelInput: object }).modelInput);
  expect(lines.map(({ modelInput }) => modelInput)).toEqual(inputs);
  for (const { modelOutput } of lines) expect(modelOutput).toHaveProperty('content');
  const summary = JSON.parse(await queue.text('processed/one/summary.json')) as { status: string; files: string[] };
  expect(summary).toMatchObject({ status: 'Completed', run: file.run });
  expect([...summary.files, 'processed/one/summary.json']).toEqual(await queue.keys('processed/one/'));
  const [message] = queue.account.topics.messages(queue.topic).filter(({ subject }) => subject === 'Completed: one');
  expect(message).toMatchObject({ attributes: { status: 'Completed', model: MODEL } });
  expect(JSON.parse(message?.message ?? '')).toMatchObject({ file: file.file, status: 'Completed' });
});

test('3: the first folder names another model, also that of a profile; the name has the folder', async () => {
  await queue.put(`to-process/${OTHER_MODEL}/two.jsonl`, records(100, 'Two'));
  const file = await queue.until(`${OTHER_MODEL}/two.jsonl`, 'Completed');
  expect(file).toMatchObject({ modelId: OTHER_MODEL, name: `${OTHER_MODEL}/two`, counts: { succeeded: 100 } });
});

test('5: jobs that fail, expire and end in part cost nobody his answer: only what is missing is sent again', async () => {
  const { bedrock } = queue.account;
  await bedrock.setFaults({ jobPartial: 0.5, partialFraction: 0.6, recordFail: 0.1, recordCodes: [503] });
  await queue.put('to-process/bad.jsonl', records(300, 'Bad'));
  await queue.passUntil(async () => (await queue.jobsOf('bad.jsonl')).length > 3, 60);
  await bedrock.clearFaults();
  const file = await queue.until('bad.jsonl', 'Completed');
  expect(file.counts).toMatchObject({ rows: 300, succeeded: 300 });
  expect(file.attempt).toBeGreaterThan(1);
  expect(await queue.results('processed/bad/')).toHaveLength(300);
});

test('6: doubled events and the same content again are one file, and paid for once; other content is another file', async () => {
  queue.account.bus.faults.double(Number.POSITIVE_INFINITY);
  await queue.put('to-process/twice.jsonl', records(100, 'Twice'));
  const first = await queue.until('twice.jsonl', 'Completed');
  queue.account.bus.faults.clear();
  expect(await queue.jobsOf('twice.jsonl')).toHaveLength(1);
  const jobs = (await queue.account.bedrock.jobs()).length;
  await queue.put('to-process/twice.jsonl', records(100, 'Twice'));
  await queue.account.clock.advance(10 * 60_000);
  expect((await queue.files()).filter(({ key }) => key === 'to-process/twice.jsonl')).toMatchObject([{ file: first.file }]);
  await queue.until('twice.jsonl', 'Completed');
  expect((await queue.account.bedrock.jobs()).length).toBe(jobs);
  await queue.put('to-process/twice.jsonl', records(100, 'Thrice'));
  await queue.passUntil(async () => (await queue.file('twice.jsonl'))?.file !== first.file, 10);
  const second = await queue.until('twice.jsonl', 'Completed');
  expect(second.results).toBe(`processed/twice.${second.run}/`);
  expect(await queue.results('processed/twice/')).toHaveLength(100);
});

test('7: a file above the limits is cut, one below the minimum padded, and no record of the padding is in its results', async () => {
  await queue.put('to-process/large.jsonl', records(250, 'Large'));
  await queue.put('to-process/small.jsonl', records(3, 'Small'));
  expect((await queue.until('large.jsonl', 'Completed')).counts).toMatchObject({ rows: 250, succeeded: 250 });
  expect((await queue.until('small.jsonl', 'Completed')).counts).toMatchObject({ rows: 3, succeeded: 3 });
  expect((await queue.jobsOf('large.jsonl')).length).toBeGreaterThan(1);
  expect(await queue.results('processed/large/')).toHaveLength(250);
  expect(await queue.results('processed/small/')).toHaveLength(3);
});

test.each([
  ['no JSON Lines', 'prose.jsonl', 'this is prose\nand no record\n', /BR-E\d{4}: /],
  ['empty', 'empty.jsonl', '', /BR-E0102: .*empty/],
  ['no .jsonl', 'table.csv', 'a,b\n1,2\n', /BR-E0117: /],
  ['for a model that is not known', 'anthropic.claude-99/x.jsonl', records(100), /BR-E0105: /],
])('a file that is %s lies below failed/ beside a text that says why, and costs nothing', async (_, path, body, why) => {
  const jobs = (await queue.account.bedrock.jobs()).length;
  await queue.put(`to-process/${path}`, body);
  const file = await queue.until(path, 'Failed', 10);
  expect(`${file.reason?.code}: ${file.reason?.message}`).toMatch(why);
  expect(await queue.keys(`failed/${path}`)).toEqual([`failed/${path}`, `failed/${path}.error.txt`]);
  expect(await queue.text(`failed/${path}`)).toBe(body);
  expect(await queue.text(`failed/${path}.error.txt`)).toMatch(why);
  expect(await queue.keys(`to-process/${path}`)).toEqual([]);
  expect((await queue.account.bedrock.jobs()).length).toBe(jobs);
});

test('a bad line is an error in the results, and costs the others nothing', async () => {
  const lines = records(101, 'Line').trimEnd().split('\n');
  await queue.put('to-process/line.jsonl', [...lines.slice(0, 50), '{"recordId":"broken"}', ...lines.slice(50)].join('\n'));
  const file = await queue.until('line.jsonl', 'PartiallyCompleted');
  expect(file.counts).toMatchObject({ rows: 102, succeeded: 101, rejected: 1 });
  const results = await queue.results('processed/line/');
  expect(results[50]).toMatchObject({ recordId: 'broken', error: { errorMessage: expect.any(String) } });
  expect(results.filter(({ error }) => error !== undefined)).toHaveLength(1);
});

test('9: what lies elsewhere is no file: results do not come round, nor do folder markers', async () => {
  await queue.put('to-process/folder/', '');
  await queue.put('elsewhere/x.jsonl', records(100));
  await queue.account.clock.advance(10 * 60_000);
  for (const { key } of await queue.files()) expect(key).toMatch(/^to-process\/.*[^/]$/);
});

test('2: nothing scans the table: items are found by their keys and by an index', async () => {
  const actions = queue.account.verdicts().map(({ action }) => action);
  expect(actions).toContain('dynamodb:Query');
  for (const action of actions) expect(action).not.toMatch(/Scan|BatchGetItem/);
});
