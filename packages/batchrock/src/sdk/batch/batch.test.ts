import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalBedrockOptions } from '@batchrock/local';
import { describe, expect, test } from 'vitest';
import { folderWith, jobsOf, localServer } from '../../../test/cli-harness.ts';
import { type BatchOptions, ChatCompletionBatch, chatCompletionBatch, EmbeddingBatch, embeddingBatch } from '../../index.ts';

const NOVA = 'us.amazon.nova-pro-v1:0';
const TITAN = 'amazon.titan-embed-text-v2:0';
const ROLE = 'arn:aws:iam::000000000000:role/BedrockBatchInferenceServiceRole';

/** The sample of LangBatch's page on Bedrock, as it stands there. */
const SAMPLE = `{"custom_id": "task-0", "method": "POST", "url": "/chat/completions", "body": {"messages": [{"role": "system", "content": "You are an AI assistant that helps people find information."}, {"role": "user", "content": "When was Microsoft founded?"}]}}
{"custom_id": "task-1", "method": "POST", "url": "/chat/completions", "body": {"messages": [{"role": "system", "content": "You are an AI assistant that helps people find information."}, {"role": "user", "content": "When was the first XBOX released?"}]}}
`;

const chat = (i: number) => ({
  custom_id: `task-${i}`,
  method: 'POST',
  url: '/chat/completions',
  body: { messages: [{ role: 'user', content: `What is ${i}?` }] },
});
const fileOf = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const CHATS = fileOf(Array.from({ length: 120 }, (_, i) => chat(i)));

/** A local Bedrock with both buckets, and options for it. */
async function worldWith(files: Readonly<Record<string, string>>, local: Partial<LocalBedrockOptions> = {}) {
  const server = await localServer({ buckets: ['batch-input', 'batch-output'], ...local });
  const cwd = folderWith(files);
  const env = {
    AWS_INPUT_BUCKET: 'batch-input',
    AWS_OUTPUT_BUCKET: 'batch-output',
    AWS_REGION: 'us-east-1',
    AWS_SERVICE_ROLE: ROLE,
    BATCHROCK_ENDPOINT_URL: server.url,
  };
  const place = { stateDir: join(cwd, 'state'), env, cwd };
  const options: BatchOptions = { provider: 'bedrock', model: NOVA, ...place };
  const sane = () => fetch(`${server.url}/_batchrock/faults`, { method: 'DELETE' });
  return { server, cwd, place, options, sane };
}

describe('a batch by the contract of LangBatch', () => {
  test('runs the sample of its documentation as it stands, configured by the environment', async () => {
    const { server, options } = await worldWith({ 'batch-file.jsonl': SAMPLE });
    await using batch = await chatCompletionBatch('batch-file.jsonl', options);
    expect(batch.run).toBeUndefined();
    await expect(batch.getStatus()).rejects.toMatchObject({ code: 'BR-E0207', message: 'the batch is not started' });
    await batch.start();
    expect(await jobsOf(server)).toHaveLength(1);
    await expect(batch.start()).rejects.toThrow('started already');
    expect(['in_progress', 'completed']).toContain(await batch.getStatus());
    const { successful, unsuccessful } = await batch.getResults();
    expect(unsuccessful).toEqual([]);
    expect(successful).toMatchObject(
      ['task-0', 'task-1'].map((custom_id) => ({
        custom_id,
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: expect.any(String) } }],
      })),
    );
    expect(await batch.getStatus()).toBe('completed');
    expect(await batch.getUnsuccessfulRequests()).toEqual([]);
    expect(await batch.isRetryableFailure()).toBe(false);
    await expect(batch.retry()).rejects.toMatchObject({ code: 'BR-E0207' });
    await expect(batch.cancel()).rejects.toMatchObject({ code: 'BR-E0207' });
  });

  test('has Bedrock write to the one bucket what it reads from the other, and nothing else', async () => {
    const { server, options } = await worldWith({ 'in.jsonl': SAMPLE });
    await using batch = await chatCompletionBatch('in.jsonl', options);
    await batch.start();
    await batch.getResults();
    const keysOf = async (bucket: string) => {
      const text = await (await fetch(`${server.url}/${bucket}?list-type=2`)).text();
      return [...text.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key);
    };
    const written = await keysOf('batch-output');
    expect(written.length).toBeGreaterThan(0);
    expect(written.every((key) => key.startsWith(`runs/${batch.run}/output/`))).toBe(true);
    const kept = await keysOf('batch-input');
    expect(kept).toContain(`runs/${batch.run}/run.json`);
    expect(kept.filter((key) => key.includes('/output/'))).toEqual([]);
  });

  test('names all that is missing at once, and takes options before the environment', async () => {
    const { options, place } = await worldWith({ 'in.jsonl': SAMPLE });
    const env = { ...place.env, AWS_INPUT_BUCKET: '', AWS_SERVICE_ROLE: undefined };
    await expect(chatCompletionBatch('in.jsonl', { provider: 'bedrock', ...place, env })).rejects.toMatchObject({
      code: 'BR-E0112',
      message: 'a batch on Bedrock needs model, inputBucket (AWS_INPUT_BUCKET), serviceRole (AWS_SERVICE_ROLE)',
      details: { missing: ['model', 'inputBucket', 'serviceRole'] },
    });
    const wrong = { AWS_INPUT_BUCKET: 'No_Bucket', AWS_OUTPUT_BUCKET: 'No_Bucket', AWS_REGION: '-', AWS_SERVICE_ROLE: '-' };
    const said = { inputBucket: 'batch-input', outputBucket: 'batch-input', region: 'us-east-1', serviceRole: ROLE };
    await using batch = await chatCompletionBatch('in.jsonl', { ...options, env: { ...place.env, ...wrong }, ...said });
    await batch.start();
    expect((await batch.getResults()).successful).toHaveLength(2);
  });

  test.each([
    ['another provider', { provider: 'openai' as 'bedrock' }, /only "bedrock"/],
    ['a model of embeddings', { model: TITAN }, /makes embeddings/],
    ['a model that is not known', { model: 'acme.nothing' }, /acme\.nothing/],
  ])('refuses %s', async (_, wrong, message) => {
    const { options } = await worldWith({ 'in.jsonl': SAMPLE });
    await expect(chatCompletionBatch('in.jsonl', { ...options, ...wrong })).rejects.toThrow(message);
  });

  test('makes vectors of texts', async () => {
    const { options } = await worldWith({});
    await using batch = await EmbeddingBatch.create(['one', 'two'], { dimensions: 256 }, { ...options, model: TITAN });
    await batch.start();
    const { successful } = await batch.getResults();
    expect(successful.map(({ custom_id, embedding }) => [custom_id, embedding.length])).toEqual([
      ['request-0', 256],
      ['request-1', 256],
    ]);
  });

  test('is made of conversations with fields of every request, or of whole requests', async () => {
    const { options } = await worldWith({});
    const data = [[{ role: 'user', content: 'Hi' }], [{ role: 'user', content: 'Bye' }]];
    await using batch = await ChatCompletionBatch.create(data, { max_tokens: 7 }, options);
    expect(await batch.getRequestsByCustomIds(['request-1'])).toEqual([
      {
        custom_id: 'request-1',
        method: 'POST',
        url: '/v1/chat/completions',
        body: { max_tokens: 7, messages: data[1] },
      },
    ]);
    await using whole = await ChatCompletionBatch.createFromRequests([chat(5)], options);
    await whole.start();
    expect((await whole.getResults()).successful).toMatchObject([{ custom_id: 'task-5' }]);
    await expect(ChatCompletionBatch.create([], {}, options)).rejects.toMatchObject({ code: 'BR-E0102' });
  });

  test('writes an OpenAI batch output', async () => {
    const { options, cwd } = await worldWith({ 'in.jsonl': SAMPLE });
    await using batch = await chatCompletionBatch('in.jsonl', options);
    await batch.start();
    const path = await batch.getResultsFile('out.jsonl');
    expect(path).toBe(join(cwd, 'out.jsonl'));
    const [line] = readFileSync(path, 'utf8').split('\n', 1);
    expect(JSON.parse(line ?? '')).toMatchObject({ custom_id: 'task-0', response: { body: { object: 'chat.completion' } } });
  });

  test('says that it is under way where nobody is to wait', async () => {
    const { options } = await worldWith({ 'in.jsonl': SAMPLE }, { queueMs: 86_400_000 });
    await using batch = await chatCompletionBatch('in.jsonl', options);
    await batch.start();
    expect(await batch.getStatus()).toBe('in_progress');
    await expect(batch.getResults({ wait: false })).rejects.toMatchObject({ code: 'BR-E0204' });
    await expect(batch.getResults({ signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

/** Each of these goes wrong in LangBatch on Bedrock; its number in the list of faults that was found stands before it. */
describe('what goes wrong in the life of LangBatch batches is right here', () => {
  test('3: an invalid request is refused before anything is uploaded, by its line, and so is a file without any', async () => {
    const bad = { ...chat(7), body: { messages: [{ role: 'robot', content: 'x' }] } };
    const { options, cwd } = await worldWith({ 'in.jsonl': fileOf([chat(0), bad, { ...chat(2), body: {} }]), 'no.jsonl': '' });
    const refused = chatCompletionBatch('in.jsonl', options);
    await expect(refused).rejects.toMatchObject({ code: 'BR-E0113', details: { lines: [2, 3] } });
    await expect(refused).rejects.toThrow(`2 of 3 requests cannot be sent: ${join(cwd, 'in.jsonl')}:2: body.messages[0].role: `);
    await expect(chatCompletionBatch('no.jsonl', options)).rejects.toMatchObject({ kind: 'input' });
  });

  test('14: a request that failed costs no other request its answer', async () => {
    const { options } = await worldWith({ 'in.jsonl': CHATS }, { faults: { recordFail: 0.2, recordCodes: [400], seed: 3 } });
    await using batch = await chatCompletionBatch('in.jsonl', options);
    await batch.start();
    const { successful, unsuccessful } = await batch.getResults();
    expect(unsuccessful.length).toBeGreaterThan(0);
    expect(successful.length + unsuccessful.length).toBe(120);
    expect(unsuccessful[0]).toEqual({
      custom_id: expect.stringMatching(/^task-/),
      error: { code: '400', message: expect.any(String) },
    });
    expect(await batch.getStatus()).toBe('completed');
    const requests = await batch.getUnsuccessfulRequests();
    expect(requests.map(({ custom_id }) => custom_id)).toEqual(unsuccessful.map(({ custom_id }) => custom_id));
    expect(requests[0]).toMatchObject({ url: '/chat/completions', body: { messages: [{ role: 'user' }] } });
  });

  test.each([
    ['15: a batch whose jobs failed says so, and is sent again', 'failed', { jobFail: 1 }],
    ['16: a batch whose jobs expired says so, and is sent again', 'expired', { jobExpire: 1 }],
  ] as const)('%s', async (_, word, faults) => {
    const { options, sane } = await worldWith({ 'in.jsonl': CHATS }, { faults });
    await using batch = await chatCompletionBatch('in.jsonl', { ...options, maxAttempts: 1 });
    await batch.start();
    expect((await batch.getResults()).unsuccessful).toHaveLength(120);
    expect(await batch.getStatus()).toBe(word);
    expect(await batch.isRetryableFailure()).toBe(true);
    await sane();
    await batch.retry();
    expect((await batch.getResults()).successful).toHaveLength(120);
    expect(await batch.getStatus()).toBe('completed');
  });

  test('17: of several batches at once each one is started, and each is brought to its end', async () => {
    const files = Object.fromEntries(['a', 'b', 'c', 'd'].map((name, i) => [`${name}.jsonl`, fileOf([chat(i)])]));
    const { options, server } = await worldWith(files);
    const batches = await Promise.all(Object.keys(files).map((file) => chatCompletionBatch(file, options)));
    for (const batch of batches) await batch.start();
    expect(await jobsOf(server)).toHaveLength(4);
    const results = await Promise.all(batches.map((batch) => batch.getResults()));
    expect(results.map(({ successful }) => successful[0]?.custom_id)).toEqual(['task-0', 'task-1', 'task-2', 'task-3']);
    for (const batch of batches) await batch.close();
  });

  test('18: a start that failed loses nothing: the batch can be started again', async () => {
    const { options, server: lost } = await worldWith({ 'in.jsonl': SAMPLE });
    await lost.close();
    await using batch = await chatCompletionBatch('in.jsonl', options);
    await expect(batch.start()).rejects.toMatchObject({ kind: 'service' });
    expect(batch.run).toBeUndefined();
    const server = await localServer({ buckets: ['batch-input', 'batch-output'], port: Number(new URL(lost.url).port) });
    await batch.start();
    expect((await batch.getResults()).successful).toHaveLength(2);
    expect(await jobsOf(server)).toHaveLength(1);
  });

  test('19: a batch that is cancelled has no job that runs on, and keeps what was answered', async () => {
    const { options, server } = await worldWith({ 'in.jsonl': CHATS }, { queueMs: 86_400_000 });
    await using batch = await chatCompletionBatch('in.jsonl', options);
    await batch.start();
    expect(['in_progress', 'cancelled']).toContain(await batch.cancel());
    const { unsuccessful } = await batch.getResults();
    expect(await batch.getStatus()).toBe('cancelled');
    expect((await jobsOf(server)).map((job) => job.status)).toEqual(['Stopped']);
    expect(unsuccessful).toHaveLength(120);
    expect(new Set(unsuccessful.map(({ error }) => error.code))).toEqual(new Set(['batch_cancelled']));
  });

  test('20: a retry sends what has failed alone, and in a job of another name', async () => {
    const faults = { recordFail: 0.3, recordCodes: [503], seed: 4 };
    const { options, server, sane } = await worldWith({ 'in.jsonl': CHATS }, { faults });
    await using batch = await chatCompletionBatch('in.jsonl', { ...options, maxAttempts: 1 });
    await batch.start();
    const before = await batch.getResults();
    await sane();
    await batch.retry();
    const after = await batch.getResults();
    expect(after.successful).toHaveLength(120);
    for (const result of before.successful) expect(after.successful).toContainEqual(result);
    const jobs = await jobsOf(server);
    expect(new Set(jobs.map((job) => job.jobName)).size).toBe(2);
    const records = (jobs as readonly { totalRecordCount?: number }[]).map((job) => job.totalRecordCount);
    expect(records.every((count) => count === undefined || count <= 120)).toBe(true);
  });

  test('21: a process that ends behind start, and has saved nothing, loses nothing', async () => {
    const { options, place, server } = await worldWith({ 'in.jsonl': SAMPLE });
    const first = await chatCompletionBatch('in.jsonl', options);
    await first.start();
    await first.close();
    await using batch = await ChatCompletionBatch.load(first.run ?? '', place);
    expect((await batch.getResults()).successful).toHaveLength(2);
    expect(await batch.getUnsuccessfulRequests()).toEqual([]);
    // and who makes the same batch again finds it, and pays nothing twice
    await using same = await chatCompletionBatch('in.jsonl', options);
    await same.start();
    expect(same.run).toBe(first.run);
    expect(await jobsOf(server)).toHaveLength(1);
    await using other = await chatCompletionBatch('in.jsonl', { ...options, new: true });
    await other.start();
    expect(await jobsOf(server)).toHaveLength(2);
  });

  test('22: an id that stands twice is refused with its lines, and a request without an answer is told', async () => {
    const files = { 'twice.jsonl': fileOf([chat(1), chat(2), chat(1)]), 'in.jsonl': CHATS };
    const { options } = await worldWith(files, { faults: { recordMissing: 0.2, seed: 6 } });
    await expect(chatCompletionBatch('twice.jsonl', options)).rejects.toThrow(/:3: custom_id: line 1 has the same custom_id/);
    await using batch = await chatCompletionBatch('in.jsonl', { ...options, maxAttempts: 1 });
    await batch.start();
    const { successful, unsuccessful } = await batch.getResults();
    expect(successful.length + unsuccessful.length).toBe(120);
    expect(unsuccessful.length).toBeGreaterThan(0);
    expect(unsuccessful.every(({ error }) => error.code !== '')).toBe(true);
  });

  test('23: a batch of either kind is saved and loaded, started or not, without its file', async () => {
    const { options, place, cwd } = await worldWith({ 'in.jsonl': SAMPLE });
    await using unstarted = await chatCompletionBatch('in.jsonl', options);
    const id = await unstarted.save();
    expect(unstarted.file).not.toBe(join(cwd, 'in.jsonl'));
    await using loaded = await ChatCompletionBatch.load(id, place);
    expect([loaded.id, loaded.run, loaded.file]).toEqual([id, undefined, unstarted.file]);
    await loaded.start();
    await loaded.save();
    await using again = await ChatCompletionBatch.load(id, place);
    expect(again.run).toBe(loaded.run);
    expect((await again.getResults()).successful).toHaveLength(2);

    const embedding = { custom_id: 'e', method: 'POST', url: '/embeddings', body: { input: 'text' } };
    await using vectors = await EmbeddingBatch.createFromRequests([embedding], { ...options, model: TITAN });
    await vectors.start();
    await using found = await EmbeddingBatch.load(await vectors.save(), place);
    expect((await found.getResults()).successful).toMatchObject([{ custom_id: 'e', data: [{ index: 0 }] }]);
    await expect(ChatCompletionBatch.load(vectors.id, place)).rejects.toThrow('is of embeddings');
    await expect(EmbeddingBatch.load(crypto.randomUUID(), place)).rejects.toMatchObject({ code: 'BR-E0201' });
    await expect(embeddingBatch('in.jsonl', { ...options, model: TITAN })).rejects.toMatchObject({ kind: 'input' });
  });
});
