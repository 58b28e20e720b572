import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createS3ObjectStore } from '@batchrock/aws';
import type { LocalBedrockOptions } from '@batchrock/local';
import { feed } from '@batchrock/testkit/conformance';
import { expect, test } from 'vitest';
import { cli, folderWith, localServer, MODEL, spawnCli } from '../../test/cli-harness.ts';

const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `${from + i},"row ${from + i}, with a comma"\n`).join('');
const QUESTION = ['--model', MODEL, '--prompt', 'Classify: {text}', '--records-per-job', '100'];

/** A local Bedrock with objects in its bucket. */
async function serverWith(objects: Readonly<Record<string, string>>, options: Partial<LocalBedrockOptions> = {}) {
  const server = await localServer(options);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const store = createS3ObjectStore({ endpoint: server.url, region: 'us-east-1', credentials, bucket: 'batchrock-local' });
  const put = async (key: string, content: string | Uint8Array) => {
    const sink = store.create(key);
    await feed(sink, Buffer.from(content));
    await sink.commit();
  };
  for (const [key, content] of Object.entries(objects)) await put(key, content);
  return { ...server, put };
}

test('a dataset on S3 gives the results of the same file here, and is known by its ETag', async () => {
  const content = `id,text\n${rows(300)}`;
  const server = await serverWith({ 'in/reviews.csv': content });
  const folder = folderWith({ 'reviews.csv': content });
  const run = (dataset: string, out: string) =>
    cli(['run', dataset, ...QUESTION, '--endpoint-url', server.url, '--out', out], { cwd: folder });
  const uri = 's3://batchrock-local/in/reviews.csv';
  expect(await run('reviews.csv', 'here.csv')).toMatchObject({ code: 0 });
  const ran = await run(uri, 's3.csv');
  expect(ran).toMatchObject({ code: 0 });
  const withoutIds = (name: string) => readFileSync(join(folder, name), 'utf8').replaceAll(/,\w{11}$/gm, '');
  expect(withoutIds('s3.csv')).toBe(withoutIds('here.csv'));
  expect((await run(uri, 's3.csv')).stderr).toContain('has ended already');
  await server.put('in/reviews.csv', `id,text\n${rows(300, 1)}`);
  expect((await run(uri, 'changed.csv')).stderr).not.toContain('has ended already');
});

test('Parquet on S3 is read by ranges and sent as any other dataset', async () => {
  const server = await serverWith({});
  const cwd = folderWith({ 'in.csv': `id,text\n${rows(150)}` });
  const options = [...QUESTION, '--endpoint-url', server.url];
  expect(await cli(['run', 'in.csv', ...options, '--out', 'first.parquet'], { cwd })).toMatchObject({ code: 0 });
  await server.put('in/a.parquet', readFileSync(join(cwd, 'first.parquet')));
  await server.put('in/b.parquet', readFileSync(join(cwd, 'first.parquet')));
  const uri = 's3://batchrock-local/in/';
  expect(await cli(['run', uri, ...options, '--out', 'second.jsonl'], { cwd })).toMatchObject({ code: 0 });
  const results = readFileSync(join(cwd, 'second.jsonl'), 'utf8').trimEnd().split('\n');
  expect(results.map((line) => JSON.parse(line).id)).toEqual([...Array(300).keys()].map((i) => String(i % 150)));
});

test('below a prefix every format is read, packed or not', async () => {
  const csv = `id,text\n${rows(20)}`;
  const jsonl = '{"id":1,"text":"a"}\n{"id":2,"text":"b"}\n';
  const server = await serverWith({ 'tsv/a.tsv': csv.replaceAll(',', '\t'), 'tsv/b.tsv': csv.replaceAll(',', '\t') });
  const packed = { 'csv.gz': gzipSync(csv), 'csv.zst': zstdCompressSync(csv), 'jsonl.gz': gzipSync(jsonl) };
  for (const [ending, bytes] of Object.entries({ ...packed, csv, jsonl })) {
    for (const name of ['a', 'b']) await server.put(`${ending}/${name}.${ending}`, bytes);
  }
  const cwd = folderWith();
  for (const [folder, count] of [
    ['csv', 40],
    ['csv.gz', 40],
    ['csv.zst', 40],
    ['tsv', 40],
    ['jsonl', 4],
    ['jsonl.gz', 4],
  ] as const) {
    const argv = ['plan', `s3://batchrock-local/${folder}/`, '--model', MODEL, '--prompt', '{text}', '--json'];
    const planned = await cli([...argv, '--endpoint-url', server.url], { cwd });
    expect(JSON.parse(planned.stdout), folder).toMatchObject({ rows: count, records: count });
  }
});

test('plan reads S3 at an endpoint of its own and asks no other server', async () => {
  const server = await serverWith({ 'a.jsonl': '{"text":"hello"}\n' });
  const cwd = folderWith();
  const argv = [
    'plan',
    's3://batchrock-local/a.jsonl',
    '--model',
    MODEL,
    '--prompt',
    '{text}',
    '--s3-endpoint-url',
    server.url,
    '--json',
  ];
  const planned = await cli(argv, { cwd, env: { AWS_PROFILE: 'does-not-exist' } });
  expect(planned).toMatchObject({ code: 0 });
  expect(JSON.parse(planned.stdout)).toMatchObject({ rows: 1 });
});

test('what is wrong with an address says what to do, and exits as other bad input does', async () => {
  const server = await serverWith({ 'in/a.csv': 'text\nx\n' });
  const cwd = folderWith();
  const plan = (dataset: string) =>
    cli(['plan', dataset, '--model', MODEL, '--prompt', '{text}', '--endpoint-url', server.url], { cwd });
  expect(await plan('s3://batchrock-local/in/b.csv')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean s3://'),
  });
  expect(await plan('s3://not-there/b.csv')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no such bucket: not-there'),
  });
  expect(await cli(['run', 's3://batchrock-local/in/a.csv', ...QUESTION, '--out', 's3://b/out.csv'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('aws s3 cp - s3://b/out.csv'),
  });
  expect(await plan('gs://bucket/b.csv')).toMatchObject({ code: 2, stderr: expect.stringContaining('s3://bucket/key') });
});

test('kill -9 in the middle of a run from S3, then the same command: the bytes of an undisturbed run', {
  timeout: 180_000,
}, async () => {
  const objects = { 'in/a.csv': `id,text\n${rows(1200)}`, 'in/b.csv': `id,text\n${rows(800, 1200)}` };
  const server = await serverWith(objects, { speed: 2000, queueMs: 1_000_000 });
  const argv = [
    'run',
    's3://batchrock-local/in/*.csv',
    ...QUESTION,
    '--slots',
    '5',
    '--endpoint-url',
    server.url,
    '--out',
    'out.jsonl',
  ];
  const calm = folderWith();
  const folder = folderWith();
  expect((await spawnCli(argv, { cwd: calm }).ended).code).toBe(0);
  const other = [...argv, '--prefix', 'second'];
  let kills = 0;
  for (let i = 0; i < 4; i++) {
    const child = spawnCli(other, { cwd: folder });
    await child.said(/^run r-/m);
    await sleep(Math.random() * 1000);
    child.process.kill('SIGKILL');
    if ((await child.ended).signal === 'SIGKILL') kills += 1;
  }
  expect(kills).toBeGreaterThan(0);
  expect((await spawnCli(other, { cwd: folder }).ended).code).toBe(0);
  const answers = (cwd: string) => readFileSync(join(cwd, 'out.jsonl'), 'utf8').replaceAll(/"record_id":"\w+"/g, '');
  expect(answers(folder)).toBe(answers(calm));
  expect(answers(folder).trimEnd().split('\n')).toHaveLength(2000);
});
