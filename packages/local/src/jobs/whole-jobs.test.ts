import { StopModelInvocationJobCommand } from '@aws-sdk/client-bedrock';
import { FAMILIES } from '@batchrock/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, claudeRecord, claudeRecords, HAIKU, type LocalService, startLocalService } from '../testing/local-service.ts';

let local: LocalService;
beforeAll(async () => {
  local = await startLocalService();
});
afterAll(() => local.close());

const from = (folder: string) => ({ inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${BUCKET}/${folder}` } } });

const MODELS: Readonly<Record<string, string>> = {
  anthropic: HAIKU,
  nova: 'us.amazon.nova-lite-v1:0',
  'openai-shaped': 'deepseek.v3.2',
  'gpt-oss': 'openai.gpt-oss-20b-1:0',
  'mistral-chat': 'mistral.mistral-large-2407-v1:0',
  'mistral-prompt': 'mistral.mistral-small-2402-v1:0',
  llama: 'meta.llama3-1-8b-instruct-v1:0',
  'llama-4': 'us.meta.llama4-scout-17b-instruct-v1:0',
  'titan-embed-text': 'amazon.titan-embed-text-v2:0',
  'titan-embed-image': 'amazon.titan-embed-image-v1',
  'nova-embed': 'amazon.nova-2-multimodal-embeddings-v1:0',
  converse: 'qwen.qwen3-32b-v1:0',
};

describe('a whole job', () => {
  // Cohere's are not offered for batch
  const offered = FAMILIES.filter((family) => MODELS[family.name] !== undefined);
  test.each(offered.map((family) => [family.name, family] as const))('of the family %s', async (name, family) => {
    const params = family.parseParams({});
    const lines = Array.from({ length: 150 }, (_, i) =>
      JSON.stringify({ recordId: `R${i}`, modelInput: family.request({ text: `text ${i} is fine`, params }) }),
    );
    await local.put(`${name}/a.jsonl`, `${lines.slice(0, 100).join('\n')}\n`);
    await local.put(`${name}/b.jsonl`, lines.slice(100).join('\n'));
    const arn = await local.create({ ...from(`${name}/`), modelId: MODELS[name]!, modelInvocationType: family.invocationType });
    const job = await local.until(arn);
    expect(job).toMatchObject({
      status: 'Completed',
      totalRecordCount: 150,
      processedRecordCount: 150,
      successRecordCount: 150,
      errorRecordCount: 0,
    });

    const id = arn.slice(-12);
    expect(await local.keys(`out/${id}`)).toEqual([
      `out/${id}/a.jsonl.out`,
      `out/${id}/b.jsonl.out`,
      `out/${id}/manifest.json.out`,
    ]);
    const output = await local.output(arn);
    expect(output.map(({ recordId }) => recordId).toSorted()).toEqual(lines.map((line) => JSON.parse(line).recordId).toSorted());
    expect(output.map(({ recordId }) => recordId)).not.toEqual(lines.map((line) => JSON.parse(line).recordId));
    for (const { modelInput, modelOutput, recordId } of output) {
      expect(modelInput).toEqual(JSON.parse(lines[Number(recordId.slice(1))]!).modelInput);
      const answer = family.answer(modelOutput);
      expect(family.task === 'embedding' ? answer?.embedding : answer?.text).not.toHaveLength(0);
    }
    const manifest = await local.manifest(arn);
    expect(manifest).toMatchObject({
      totalRecordCount: 150,
      processedRecordCount: 150,
      successRecordCount: 150,
      errorRecordCount: 0,
    });
    expect(manifest['inputTokenCount']).toBeGreaterThan(0);
  });

  test('passes through every state, and counts nothing before it was validated', async () => {
    const slow = await startLocalService({ speed: 200 });
    await slow.put('in/a.jsonl', claudeRecords(100));
    const arn = await slow.create();
    for (const status of ['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Completed']) {
      const job = await slow.until(arn, status === 'Submitted' ? ['Submitted'] : [status]).catch(() => slow.job(arn));
      if (job.status === 'Submitted' || job.status === 'Validating') expect(job.totalRecordCount).toBe(0);
    }
    expect(await slow.job(arn)).toMatchObject({ status: 'Completed', totalRecordCount: 100 });
    await slow.close();
  });

  test('counts live while it is in progress', async () => {
    const paced = await startLocalService({ speed: 1, recordsPerMinute: 60 });
    await paced.put('in/a.jsonl', claudeRecords(1_000));
    const arn = await paced.create();
    await paced.advance(100_000);
    const seen: number[] = [];
    for (let minutes = 0; minutes < 12; minutes += 4) {
      await paced.advance(4 * 60_000);
      const job = await paced.job(arn);
      expect(job.status).toBe('InProgress');
      seen.push(job.processedRecordCount ?? 0);
    }
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
    await paced.advance(3_600_000);
    expect(await paced.job(arn)).toMatchObject({ status: 'Completed', processedRecordCount: 1_000 });
    await paced.close();
  });

  test('answers a bad body with an error in its place, and the job completes', async () => {
    const bad = JSON.stringify({ recordId: 'BAD', modelInput: { prompt: 'hi' } });
    const noId = claudeRecord(undefined, 'hello there');
    await local.put('mixed/a.jsonl', [bad, noId, claudeRecord('GOOD', 'hi')].join('\n'));
    const arn = await local.create(from('mixed/'));
    expect(await local.until(arn)).toMatchObject({ status: 'Completed', successRecordCount: 2, errorRecordCount: 1 });
    const output = await local.output(arn);
    expect(output.find(({ recordId }) => recordId === 'BAD')).toEqual({
      recordId: 'BAD',
      modelInput: { prompt: 'hi' },
      error: { errorCode: 400, errorMessage: 'anthropic_version: Field required' },
    });
    const generated = output.find(({ recordId }) => recordId !== 'BAD' && recordId !== 'GOOD');
    expect(generated?.recordId).toMatch(/^[A-Z0-9]{11}$/);
  });

  test('takes a single file too, and keeps line separators of Unicode in its text', async () => {
    await local.put('single/a.jsonl', claudeRecord('A', 'summarize: one\u2028two\u0085three 🎈'));
    const arn = await local.create(from('single/a.jsonl'));
    await local.until(arn);
    expect(JSON.stringify((await local.output(arn))[0]?.modelInput)).toContain('one\u2028two\u0085three 🎈');
  });
});

describe('validation', () => {
  test.each([
    ['no file at all', 'v0/', {}, 'There is no file'],
    ['another extension', 'v1/a.json', { 'v1/a.json': claudeRecords(1) }, 'extension .jsonl'],
    ['a folder below', 'v2/', { 'v2/a.jsonl': claudeRecords(1), 'v2/x/b.jsonl': claudeRecords(1) }, 'in a folder below'],
    [
      'a line that is no JSON',
      'v3/',
      { 'v3/a.jsonl': `${claudeRecords(3)}{"recordId":` },
      'Record 4 of a.jsonl is not valid JSON',
    ],
    ['an empty line', 'v4/', { 'v4/a.jsonl': `\n${claudeRecords(3)}` }, 'Record 1 of a.jsonl is not valid JSON'],
    ['a line that is no object', 'v5/', { 'v5/a.jsonl': '[]' }, 'is not a JSON object'],
    ['a record without modelInput', 'v6/', { 'v6/a.jsonl': '{"recordId":"a"}' }, 'has no modelInput'],
    ['an empty file', 'v7/', { 'v7/a.jsonl': '' }, 'contains 0 records, which is below the minimum of 1'],
  ])('fails a job with %s', async (_, folder, files, message) => {
    for (const [key, text] of Object.entries(files)) await local.put(key, text);
    const job = await local.until(await local.create(from(folder)));
    expect(job).toMatchObject({ status: 'Failed', message: expect.stringContaining(message) });
    expect(job.endTime).toBeInstanceOf(Date);
  });

  test('holds a job to the fewest and the most records, over all its files', async () => {
    const strict = await startLocalService({ minRecords: 10, maxRecords: 20 });
    const run = async (a: number, b: number) => {
      await strict.put('in/a.jsonl', claudeRecords(a));
      await strict.put('in/b.jsonl', claudeRecords(b));
      return (await strict.until(await strict.create())).message ?? 'fine';
    };
    expect(await run(4, 5)).toContain('below the minimum of 10');
    expect(await run(4, 6)).toBe('fine');
    expect(await run(11, 10)).toContain('more records than the maximum of 20');
    expect(await run(21, 1)).toContain('contains more than 20 records');
    await strict.close();
  });
});

describe('a job that is stopped', () => {
  test('before it began has no output', async () => {
    const slow = await startLocalService({ speed: 1 });
    await slow.put('in/a.jsonl', claudeRecords(10));
    const arn = await slow.create();
    await slow.bedrock.send(new StopModelInvocationJobCommand({ jobIdentifier: arn }));
    expect((await slow.job(arn)).status).toBe('Stopping');
    await slow.restart({ speed: 100_000 });
    expect(await slow.until(arn)).toMatchObject({ status: 'Stopped', processedRecordCount: 0 });
    expect(await slow.keys('out/')).toEqual([]);
    await slow.close();
  });

  test('in the middle keeps what it has processed', async () => {
    const paced = await startLocalService({ speed: 1, recordsPerMinute: 60 });
    await paced.put('in/a.jsonl', claudeRecords(5_000));
    const arn = await paced.create();
    await paced.advance(5 * 60_000);
    expect((await paced.job(arn)).processedRecordCount).toBeGreaterThan(100);
    await paced.bedrock.send(new StopModelInvocationJobCommand({ jobIdentifier: arn }));
    const job = await paced.until(arn);
    expect(job.status).toBe('Stopped');
    expect(job.processedRecordCount).toBeGreaterThan(100);
    expect(job.processedRecordCount).toBeLessThan(5_000);
    expect(await paced.output(arn)).toHaveLength(job.processedRecordCount!);
    expect(await paced.manifest(arn)).toMatchObject({ totalRecordCount: 5_000, processedRecordCount: job.processedRecordCount });
    await paced.close();
  });
});

test('a job whose time runs out is partly completed and keeps what it has', async () => {
  // 24 hours, in which it can process 24 * 60 of the records
  const short = await startLocalService({ speed: 1, recordsPerMinute: 1 });
  await short.put('in/a.jsonl', claudeRecords(3_000));
  const arn = await short.create();
  await short.advance(24 * 3_600_000);
  const job = await short.until(arn);
  expect(job.status).toBe('PartiallyCompleted');
  expect(job.processedRecordCount).toBeGreaterThan(0);
  expect(job.processedRecordCount).toBeLessThan(3_000);
  expect(await short.output(arn)).toHaveLength(job.processedRecordCount!);
  await short.close();
});

test('a job that is cut off by a restart in its middle ends in the same bytes as an undisturbed one', async () => {
  const bytes = async (disturb: boolean): Promise<string[]> => {
    const options = { speed: 1, recordsPerMinute: 300, faults: { recordFail: 0.1, recordMissing: 0.05 } };
    const service = await startLocalService(options);
    await service.put('in/a.jsonl', claudeRecords(2_000));
    const arn = await service.create({ jobName: 'same', clientRequestToken: 'same' });
    for (let restarts = disturb ? 3 : 0; restarts > 0; restarts -= 1) {
      await service.advance(2 * 60_000);
      expect((await service.job(arn)).status).toBe('InProgress');
      // The faults are the job's own by now.
      await service.restart({ faults: {} });
    }
    await service.advance(3_600_000);
    await service.until(arn);
    const texts = await Promise.all((await service.keys('out/')).map(async (key) => `${key}\n${await service.text(key)}`));
    await service.close();
    return texts;
  };
  const undisturbed = await bytes(false);
  expect(undisturbed[0]?.length).toBeGreaterThan(100_000);
  expect(await bytes(true)).toEqual(undisturbed);
});

test('the calls of a job are recorded with its role', async () => {
  await local.put('calls/a.jsonl', claudeRecords(1));
  const roleArn = 'arn:aws:iam::000000000000:role/recorded';
  const arn = await local.create({ ...from('calls/'), roleArn });
  await local.until(arn);
  const { calls } = (await local.admin('GET', 'calls')) as { calls: { role: string; action: string; key: string }[] };
  const made = calls.filter(({ role }) => role === roleArn).map(({ action, key }) => `${action} ${key}`);
  expect(made).toContain('s3:ListBucket calls/');
  expect(made).toContain('s3:GetObject calls/a.jsonl');
  expect(made).toContain(`s3:PutObject out/${arn.slice(-12)}/a.jsonl.out`);
  const { jobs } = (await local.admin('GET', 'jobs')) as { jobs: { jobArn: string; counts: object }[] };
  expect(jobs.find(({ jobArn }) => jobArn === arn)?.counts).toEqual({ total: 1, processed: 1, succeeded: 1, failed: 0 });
});
