import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionAnswer } from '@batchrock/aws/stack';
import type { ObjectSink } from '@batchrock/core';
import { type MemoryPorts, memoryPorts } from '@batchrock/testkit';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenedQueue } from '../../compose/open-queue-stack.ts';
import { type FileBody, fileIdOf, fileItem, keyKey } from '../../queue/index.ts';
import { askChange, askQueueChange } from './ask-change.ts';
import { enqueueFile } from './enqueue-file.ts';
import { findQueued } from './find-queued.ts';
import { listFiles } from './list-files.ts';
import { openQueue } from './open-queue.ts';
import { waitForFile } from './wait-for-file.ts';

const BUCKET = 'files-bucket';
const NOVA = 'amazon.nova-lite-v1:0';
const RECORD = '{"modelInput":{}}\n';
const cwd = mkdtempSync(join(tmpdir(), 'batchrock-queue-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

let ports: MemoryPorts;
let opened: OpenedQueue;
/** Metadata of what was uploaded, by key. */
let beside: Record<string, unknown>;
let asked: unknown[];
let answer: FunctionAnswer;

beforeEach(() => {
  ports = memoryPorts();
  beside = {};
  asked = [];
  answer = { kind: 'answered', value: { file: 'f-0000000001' } };
  const { objects } = ports;
  opened = {
    stack: { name: 'Files', region: 'us-east-1', bucket: BUCKET, table: 'table', changeFunction: 'change' },
    ledger: ports.ledger,
    objects: {
      uri: objects.uri,
      head: (key, o) => objects.head(key, o),
      copyFrom: () => Promise.reject(new Error('a queue copies nothing')),
      open: (key, o) => objects.open(key, o),
      list: (prefix, o) => objects.list(prefix, o),
      remove: (keys, o) => objects.remove(keys, o),
      create(key, o = {}): ObjectSink {
        beside[key] = o.metadata;
        return objects.create(key, o);
      },
      putAt: async (key) => ((await objects.head(key)) === undefined ? undefined : 5_000),
      destroy: () => undefined,
    },
    functions: {
      async invoke(_, payload) {
        asked.push(payload);
        return answer;
      },
      destroy: () => undefined,
    },
    close: () => undefined,
  };
});

/** Writes the item of a file, and that which its key leads by. */
async function item(o: Partial<FileBody> = {}): Promise<FileBody> {
  const key = o.key ?? 'to-process/a.jsonl';
  const body: FileBody = {
    file: fileIdOf({ bucket: o.bucket ?? BUCKET, key, etag: o.etag ?? 'e' }),
    queue: BUCKET,
    bucket: BUCKET,
    key,
    etag: 'e',
    modifiedAt: 5_000,
    size: 10,
    name: 'a',
    modelId: NOVA,
    priority: 'normal',
    weight: 1,
    status: 'Completed',
    receivedAt: 1,
    ...o,
  };
  const put = fileItem(body);
  const lead = { key: keyKey(body.bucket, key), schema: 'key/1', body: { file: body.file }, indexes: [] };
  for (const each of [put, lead]) {
    const there = await ports.ledger.get(each.key);
    await ports.ledger.commit([{ put: each, expect: there?.version ?? 'absent' }]);
  }
  return body;
}

const write = (name: string, text = RECORD): string => {
  writeFileSync(join(cwd, name), text);
  return name;
};

describe('a file of this machine', () => {
  test('goes below to-process/, under its own name and without anything beside it', async () => {
    const put = await enqueueFile(opened, write('a.jsonl.gz'), {}, cwd);
    const info = await ports.objects.head('to-process/a.jsonl.gz');
    expect(put).toEqual({
      file: fileIdOf({ bucket: BUCKET, key: 'to-process/a.jsonl.gz', etag: info?.etag ?? '' }),
      bucket: BUCKET,
      key: 'to-process/a.jsonl.gz',
      putAt: 5_000,
    });
    expect([beside, asked]).toEqual([{ 'to-process/a.jsonl.gz': {} }, []]);
  });

  test('goes into the folder of its model, under the name that is asked for, with its priority beside it', async () => {
    const options = { model: NOVA, name: 'deep/b', priority: 'low', weight: 0.5, timeoutHours: 72 } as const;
    const { key } = await enqueueFile(opened, write('a.jsonl'), options, cwd);
    expect(key).toBe(`to-process/${NOVA}/deep/b.jsonl`);
    expect(beside[key]).toEqual({ 'batchrock-priority': 'low', 'batchrock-weight': '0.5', 'batchrock-timeout-hours': '72' });
  });

  test.each([
    ['that is not there', 'none.jsonl', {}, 'BR-E0101'],
    ['that is empty', 'empty.jsonl', {}, 'BR-E0102'],
    ['of another ending', 'table.csv', {}, 'BR-E0117'],
    ['for a model that is not known', 'a.jsonl', { model: 'amazon.nova-huge-v9:0' }, 'BR-E0105'],
    ['for a model by its ARN', 'a.jsonl', { model: `arn:aws:bedrock:us-east-1::foundation-model/${NOVA}` }, 'BR-E0120'],
    ['whose name leads out', 'a.jsonl', { name: '../b' }, 'BR-E0120'],
    ['whose first folder is nearly a model', 'a.jsonl', { name: 'amazon.nova-lite/b' }, 'BR-E0105'],
    ['with an output', 'a.jsonl', { output: { bucket: 'b' } }, 'BR-E0112'],
    ['with a priority that there is not', 'a.jsonl', { priority: 'urgent' as 'high' }, 'BR-E0120'],
    ['with a weight of nothing', 'a.jsonl', { weight: 0 }, 'BR-E0120'],
    ['with a timeout that the service has not', 'a.jsonl', { timeoutHours: 23 }, 'BR-E0120'],
  ])('%s is refused before it is uploaded', async (_, name, options, code) => {
    write('empty.jsonl', '');
    write('table.csv');
    write('a.jsonl');
    await expect(enqueueFile(opened, name, options, cwd)).rejects.toMatchObject({ code });
    expect([beside, asked]).toEqual([{}, []]);
  });
});

test('an object in S3 is asked for as the function takes it, with what was given and nothing else', async () => {
  const output = { bucket: 'out', prefix: 'x' };
  const options = { model: NOVA, name: 'n', priority: 'high', weight: 2, timeoutHours: 168, output } as const;
  expect(await enqueueFile(opened, 's3://data/in/a.jsonl', options, cwd)).toEqual({
    file: 'f-0000000001',
    bucket: 'data',
    key: 'in/a.jsonl',
  });
  await enqueueFile(opened, 's3://data/b.jsonl', {}, cwd);
  expect(asked).toEqual([
    {
      do: 'enqueue',
      bucket: 'data',
      key: 'in/a.jsonl',
      model_id: NOVA,
      name: 'n',
      priority: 'high',
      weight: 2,
      timeout_hours: 168,
      output,
    },
    { do: 'enqueue', bucket: 'data', key: 'b.jsonl' },
  ]);
});

test('the queue as a whole is changed by its function, without a file', async () => {
  answer = { kind: 'answered', value: {} };
  await askQueueChange(opened, 'pause-queue');
  expect(asked).toEqual([{ do: 'pause-queue' }]);
  answer = { kind: 'failed', error: 'Runtime.ExitError', message: 'it is over' };
  await expect(askQueueChange(opened, 'resume-queue')).rejects.toMatchObject({ code: 'BR-E0503' });
});

describe('what the function throws', () => {
  test.each([
    ['BR-E0207', { code: 'BR-E0207', kind: 'state', message: 'it is over', hint: expect.stringContaining('queue list') }],
    ['BR-E0101', { code: 'BR-E0101', kind: 'input', message: 'it is over' }],
    ['AccessDenied', { code: 'BR-E0501', reason: 'denied', hint: expect.stringContaining('readFrom') }],
    ['Runtime.ExitError', { code: 'BR-E0503', message: expect.stringContaining('Runtime.ExitError: it is over') }],
  ])('as %s is the same error here', async (error, expected) => {
    answer = { kind: 'failed', error, message: 'it is over' };
    await expect(askChange(opened, { do: 'pause', file: 'f-0000000001' })).rejects.toMatchObject(expected);
  });
});

describe('a file that is named', () => {
  test('is found by its id, by its key with and without the folder, and by its URI', async () => {
    const { file } = await item();
    for (const named of [file, 'a.jsonl', 'to-process/a.jsonl', `s3://${BUCKET}/to-process/a.jsonl`]) {
      expect((await findQueued(opened, named)).file).toBe(file);
    }
    const other = await item({ bucket: 'data', key: 'in/x.jsonl' });
    expect((await findQueued(opened, 's3://data/in/x.jsonl')).file).toBe(other.file);
  });

  test('is not found in another queue that shares the ledger', async () => {
    const { file } = await item({ queue: 'other-bucket', key: 'to-process/theirs.jsonl' });
    await expect(findQueued(opened, file)).rejects.toMatchObject({ code: 'BR-E0201' });
    expect(await listFiles(opened)).toEqual([]);
  });

  test('and was not taken yet is told apart from one that is not there', async () => {
    const { key } = await enqueueFile(opened, write('new.jsonl'), {}, cwd);
    await expect(findQueued(opened, 'new.jsonl')).rejects.toMatchObject({
      message: expect.stringContaining(`${key} is there, and not taken yet`),
    });
    await expect(findQueued(opened, 'gone.jsonl')).rejects.toMatchObject({ message: 'no file gone.jsonl in the queue Files' });
  });
});

test('files are listed newest first, those of a status also while they are not done with', async () => {
  const old = await item({ key: 'to-process/old.jsonl', receivedAt: 1 });
  const failed = await item({ key: 'to-process/failed.jsonl', receivedAt: 2, status: 'Failed', isEnding: true });
  const newest = await item({ key: 'to-process/new.jsonl', receivedAt: 3, status: 'InProgress' });
  const ids = async (o?: Parameters<typeof listFiles>[1]) => (await listFiles(opened, o)).map(({ file }) => file);
  expect(await ids()).toEqual([newest.file, failed.file, old.file]);
  expect(await ids({ limit: 1 })).toEqual([newest.file]);
  expect(await ids({ status: 'Failed' })).toEqual([failed.file]);
  expect(await ids({ status: 'Completed' })).toEqual([old.file]);
});

describe('waiting for a file', () => {
  test('goes on past what its item says of an earlier time, until it is at its end and done with', async () => {
    const before = await item({ status: 'Failed', modifiedAt: 1_000 });
    const awaited = { file: before.file, bucket: BUCKET, key: before.key, putAt: 5_000 };
    const seen: string[] = [];
    const done = waitForFile(opened, awaited, { onChange: ({ status }) => void seen.push(status), pauseMs: 1 });
    const next: Partial<FileBody>[] = [{ status: 'InProgress' }, { isEnding: true }, { results: 'processed/a/' }];
    for (const each of next) {
      await item(each);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await done).toMatchObject({ status: 'Completed', resultsUri: `s3://${BUCKET}/processed/a/` });
    expect(seen.at(-1)).toBe('Completed');
    expect(seen).not.toContain('Failed');
  });

  test('ends where another took its place before it was taken', async () => {
    await item({ file: 'f-0000000009', modifiedAt: 6_000 });
    const awaited = { file: 'f-0000000008', bucket: BUCKET, key: 'to-process/a.jsonl', putAt: 5_000 };
    await expect(waitForFile(opened, awaited)).rejects.toMatchObject({ code: 'BR-E0118' });
  });

  test('is given up when it is aborted', async () => {
    const awaited = { file: 'f-0000000008', bucket: BUCKET, key: 'to-process/a.jsonl', putAt: 5_000 };
    await expect(waitForFile(opened, awaited, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'BR-E0801' });
  });
});

test('a queue is not opened without the name of its stack', async () => {
  await expect(openQueue({ env: {} })).rejects.toMatchObject({ code: 'BR-E0112', hint: expect.stringContaining('--stack') });
});
