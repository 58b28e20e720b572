import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHub, type TestDataset } from '@batchrock/testkit';
import { afterEach, expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL } from '../../test/cli-harness.ts';

const QUESTION = ['--model', MODEL, '--prompt', 'Classify: {text}'];
const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ id: from + i, text: `row ${from + i}` })}\n`).join('');

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function hubWith(dataset: TestDataset) {
  const hub = await startHub({ 'me/reviews': dataset }, { token: 'hf_right' });
  cleanups.push(() => hub.close());
  return hub;
}

test('a dataset of a hub is sent, its rows in the order of its files; --dataset-id is the same address', async () => {
  const hub = await hubWith({
    own: { 'data/train-00000-of-00002.jsonl': lines(120), 'data/train-00001-of-00002.jsonl': lines(80, 120) },
  });
  const server = await localServer();
  const cwd = folderWith();
  const env = { HF_ENDPOINT: hub.url, HOME: cwd };
  const options = [...QUESTION, '--endpoint-url', server.url];
  const ran = await cli(['run', '--dataset-id', 'me/reviews', '--revision', 'main', ...options], { cwd, env });
  expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('me/reviews, config default, split train, at ') });
  const rows = readFileSync(join(cwd, 'reviews.results.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows.map((row) => row.id)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  const again = await cli(['run', 'hf://me/reviews@main', ...options], { cwd, env });
  expect(again.stderr).toContain('has ended already');
  hub.put('me/reviews', { own: { 'train.jsonl': lines(200, 1) } });
  const moved = await cli(['run', 'hf://me/reviews@main', ...options, '--out', 'moved.jsonl'], { cwd, env });
  expect(moved.stderr).not.toContain('has ended already');
});

test('what the hub has converted to Parquet is read by ranges, also through a storage that expires and breaks', async () => {
  const server = await localServer();
  const cwd = folderWith({ 'in.jsonl': lines(300) });
  const options = [...QUESTION, '--endpoint-url', server.url];
  expect(await cli(['run', 'in.jsonl', ...options, '--out', 'first.parquet'], { cwd })).toMatchObject({ code: 0 });
  const parquet = readFileSync(join(cwd, 'first.parquet'));
  const hub = await hubWith({ access: 'private', converted: [{ config: 'default', split: 'train', files: [parquet, parquet] }] });
  const env = { HF_ENDPOINT: hub.url, HF_TOKEN: 'hf_right' };
  hub.failNext(/^\/repos/, { status: 503 }, { status: 403 });
  hub.breakAfter(4_000);
  const ran = await cli(['run', 'hf://me/reviews', ...options], { cwd, env });
  expect(ran).toMatchObject({ code: 0 });
  const results = readFileSync(join(cwd, 'reviews.results.jsonl'), 'utf8').trimEnd().split('\n');
  expect(results.map((line) => JSON.parse(line).id)).toEqual([...Array(600).keys()].map((i) => String(i % 300)));
  const reads = hub.requests.filter((request) => request.at === 'storage');
  expect(reads.every((request) => /^bytes=\d+-\d+$/.test(request.range ?? ''))).toBe(true);
  expect(reads.every((request) => request.authorization === undefined)).toBe(true);
});

test('what cannot be read says what to do, with the exit code of its kind', async () => {
  const hub = await hubWith({ access: 'gated', own: { 'train.jsonl': lines(3) } });
  const cwd = folderWith({ '.cache/huggingface/token': 'hf_right' });
  const plan = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    cli(['plan', ...argv, ...QUESTION, '--json'], { cwd, env: { HF_ENDPOINT: hub.url, HOME: '/nowhere', ...env } });
  expect(await plan(['hf://me/reviews@main'])).toMatchObject({ code: 4, stderr: expect.stringContaining('then set HF_TOKEN') });
  expect(await plan(['hf://me/nothing'])).toMatchObject({ code: 2, stderr: expect.stringContaining('no dataset me/nothing') });
  expect(await plan(['hf://me/reviews@main', '--split', 'test'], { HF_TOKEN: 'hf_right' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('has no split test; it has train'),
  });
  const planned = await plan(['hf://me/reviews@main'], { HOME: cwd });
  expect(JSON.parse(planned.stdout)).toMatchObject({ rows: 3 });
  expect(await plan(['a.csv', '--split', 'train'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--split is for datasets of a hub'),
  });
  expect(await plan([])).toMatchObject({ code: 2, stderr: expect.stringContaining('no dataset is given') });
});
