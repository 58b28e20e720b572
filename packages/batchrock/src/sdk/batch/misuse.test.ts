import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, jobsOf, localServer } from '../../../test/cli-harness.ts';
import { type BatchOptions, ChatCompletionBatch, chatCompletionBatch } from '../../index.ts';

const LINE = { custom_id: 'a', method: 'POST', url: '/chat/completions', body: { messages: [{ role: 'user', content: 'b' }] } };

async function world() {
  const server = await localServer({ buckets: ['work'] });
  const cwd = folderWith({ 'in.jsonl': `${JSON.stringify(LINE)}\n` });
  const place = { stateDir: join(cwd, 'state'), cwd, env: {} };
  const where = { inputBucket: 'work', outputBucket: 'work', region: 'us-east-1', endpointUrl: server.url };
  const serviceRole = 'arn:aws:iam::000000000000:role/Batch';
  const options: BatchOptions = { provider: 'bedrock', model: 'us.amazon.nova-pro-v1:0', ...where, serviceRole, ...place };
  return { server, cwd, place, options };
}

describe('a batch that is used otherwise than it should', () => {
  test.each([[{}], [{ new: true }]])('is started once where it is started twice at a time, with %j', async (more) => {
    const { server, options } = await world();
    await using batch = await chatCompletionBatch('in.jsonl', { ...options, ...more });
    const [first, second] = await Promise.allSettled([batch.start(), batch.start()]);
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toMatchObject({ reason: { code: 'BR-E0207', message: 'the batch is being started' } });
    expect((await batch.getResults()).successful).toHaveLength(1);
    expect(await jobsOf(server)).toHaveLength(1);
  });

  test.each([
    '',
    '{',
    'null',
    '{"schema":"batchrock.batch/1"}',
    '{"schema":"batchrock.batch/1","id":"x","kind":"chat","file":5,"request":null}',
    '{"schema":"batchrock.batch/1","id":"x","kind":"chat","file":"in.jsonl","request":{"model":3}}',
    '{"schema":"batchrock.batch/2","id":"x","kind":"chat","file":"in.jsonl","request":{"model":"m"}}',
  ])('is not loaded from a damaged file: %s', async (text) => {
    const { cwd, place, options } = await world();
    await using batch = await chatCompletionBatch('in.jsonl', options);
    const id = await batch.save();
    writeFileSync(join(cwd, 'state', 'batches', `${id}.json`), text);
    await expect(ChatCompletionBatch.load(id, place)).rejects.toMatchObject({ code: 'BR-E0205' });
  });

  test('is not loaded by an empty id, which would fit every run', async () => {
    const { place, options } = await world();
    await using batch = await chatCompletionBatch('in.jsonl', options);
    await batch.start();
    await expect(ChatCompletionBatch.load('', place)).rejects.toMatchObject({ code: 'BR-E0120' });
  });

  test('may be saved by several at a time', async () => {
    const { cwd, place, options } = await world();
    await using batch = await chatCompletionBatch('in.jsonl', options);
    const ids = await Promise.all(Array.from({ length: 8 }, () => batch.save()));
    expect(readdirSync(join(cwd, 'state', 'batches'))).toEqual([`${ids[0]}.json`]);
    await using loaded = await ChatCompletionBatch.load(batch.id, place);
    expect(loaded.id).toBe(batch.id);
  });

  test.each([
    ['a circle', () => Object.assign(LINE.body.messages.slice(), { 0: circle() })],
    ['a number that JSON has not', () => [{ role: 'user', content: 5n }]],
  ])('is not made of %s: the place in the list is told', async (_, messages) => {
    const { options } = await world();
    const made = ChatCompletionBatch.create([LINE.body.messages, messages() as never], {}, options);
    await expect(made).rejects.toMatchObject({
      code: 'BR-E0113',
      message: expect.stringContaining('request 1 cannot be written'),
    });
  });
});

describe('a batch of what is not built in', () => {
  test('is spoken to by a family of a file, also where it is loaded from another folder', async () => {
    const family = `export default {
      name: 'mine', request: ({ text }) => ({ text }), answer: () => undefined,
      chat: ({ turns }) => ({ messages: [{ role: 'user', content: turns[0].content[0].text }], max_tokens: 5 }),
      reply: (output) => ({ text: 'mine: ' + output.choices[0].message.content }),
    };`;
    const server = await localServer({ buckets: ['work'], extraModels: ['acme.mine-v1:0'] });
    const { cwd, place, options } = await world();
    writeFileSync(join(cwd, 'mine.mjs'), family);
    const mine = { ...options, endpointUrl: server.url, model: 'acme.mine-v1:0', family: './mine.mjs' };
    await using batch = await chatCompletionBatch('in.jsonl', mine);
    const id = await batch.save();
    await using loaded = await ChatCompletionBatch.load(id, { ...place, cwd: folderWith({}) });
    await loaded.start();
    const { successful } = await loaded.getResults();
    expect(successful[0]?.choices[0]?.message.content).toMatch(/^mine: /);
  });

  test('takes images behind URLs where they are to be fetched, and refuses them at once where they are not', async () => {
    const { cwd, options } = await world();
    const write = (url: string) => {
      const shown = {
        ...LINE,
        custom_id: 'b',
        body: { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] },
      };
      writeFileSync(join(cwd, 'in.jsonl'), `${JSON.stringify(LINE)}\n${JSON.stringify(shown)}\n`);
    };
    write('https://127.0.0.1/a.png');
    await expect(chatCompletionBatch('in.jsonl', { ...options, fetchImages: {} })).rejects.toThrow('not of the public Internet');
    // a name that no resolver knows (RFC 2606)
    write('https://images.invalid/a.png');
    await expect(chatCompletionBatch('in.jsonl', options)).rejects.toThrow('(media_not_fetched)');
    await using batch = await chatCompletionBatch('in.jsonl', { ...options, fetchImages: {} });
    await batch.start();
    const { successful, unsuccessful } = await batch.getResults();
    expect(successful.map(({ custom_id }) => custom_id)).toEqual(['a']);
    expect(unsuccessful).toMatchObject([{ custom_id: 'b', error: { code: 'media_not_fetched' } }]);
  });
});

function circle(): object {
  const message: Record<string, unknown> = { role: 'user' };
  message['content'] = message;
  return message;
}
