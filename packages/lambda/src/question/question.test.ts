import { readdirSync, readFileSync } from 'node:fs';
import { resolveModel } from '@batchrock/core';
import { MemoryObjectStore } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import { ENGINE_SETTINGS } from '../testing/engine-settings.ts';
import { HAIKU } from '../testing/orchestrator.ts';
import { type Asked, parseInput } from './asked.ts';
import { EXAMPLE_PROMPTS } from './example-prompts.ts';
import { questionOf } from './question.ts';

const TITAN = 'amazon.titan-embed-text-v2:0';

function asked(input: object, settings = {}): Asked {
  const base = { s3_uri: 's3://bucket/topics.csv', job_name_prefix: 'p', model_id: HAIKU };
  return parseInput({ ...base, ...input }, { ...ENGINE_SETTINGS, ...settings });
}

function bucket(files: Readonly<Record<string, string | Uint8Array>> = {}): MemoryObjectStore {
  const store = new MemoryObjectStore({ uri: 's3://bucket' });
  for (const [key, content] of Object.entries(files)) store.put(key, content);
  return store;
}

describe('the prompt of an execution', () => {
  it('is one of the examples, which are those of the repository', async () => {
    const folder = new URL('../../../../examples/prompts/', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
    expect(Object.keys(EXAMPLE_PROMPTS).sort()).toEqual(files.map((name) => name.slice(0, -3)).sort());
    for (const name of files) expect(EXAMPLE_PROMPTS[name.slice(0, -3)]).toBe(readFileSync(new URL(name, folder), 'utf8'));
    const { checked } = await questionOf(asked({ prompt_id: 'joke_about_topic' }), { objects: bucket() });
    expect(checked.columns).toEqual(['topic']);
    expect(checked.request.params).toMatchObject({ max_tokens: 120 });
  });

  it('is that of the bucket where there is one, and a new one needs no deployment', async () => {
    const store = bucket({
      'prompts/joke_about_topic.md': 'Joke: {topic} {mood}',
      'prompts/team/labels.md': '---\nsystem: Be {tone}.\nparams:\n  temperature: 0\n---\nLabel {text}',
    });
    const joke = await questionOf(asked({ prompt_id: 'joke_about_topic' }), { objects: store });
    expect(joke.checked.request.prompt).toBe('Joke: {topic} {mood}');
    const labels = await questionOf(asked({ prompt_id: 'team/labels', params: { max_tokens: 9 } }), { objects: store });
    expect(labels.checked).toMatchObject({ columns: ['text', 'tone'], request: { params: { temperature: 0, max_tokens: 9 } } });
    const own = await questionOf(asked({ prompt_id: 'team/labels', system: 'Mine', params: { temperature: 1 } }), {
      objects: store,
    });
    expect(own.question).toMatchObject({ system: 'Mine', params: { temperature: '1' } });
  });

  it('that is not there is told with those that are', async () => {
    const store = bucket({ 'prompts/labels.md': 'x', 'prompts/readme.txt': 'x' });
    await expect(questionOf(asked({ prompt_id: 'label' }), { objects: store })).rejects.toMatchObject({
      code: 'BR-E0124',
      message: expect.stringMatching(
        /prompt_id is "label", and there is no s3:\/\/bucket\/prompts\/label.md; there are joke_about_topic, labels, question_answering, sentiment_classifier; did you mean labels/,
      ),
    });
    store.hook = ({ call }) => {
      if (call === 'list') throw new Error('denied');
    };
    await expect(questionOf(asked({ prompt_id: 'label' }), { objects: store })).rejects.toMatchObject({ code: 'BR-E0124' });
    await expect(questionOf(asked({ prompt_id: '../x' }), { objects: store })).rejects.toMatchObject({ code: 'BR-E0124' });
  });

  it('that is no text is refused', async () => {
    const store = bucket({ 'prompts/bad.md': new Uint8Array([0xff, 0xfe]), 'prompts/large.md': new Uint8Array(17 << 20) });
    await expect(questionOf(asked({ prompt_id: 'bad' }), { objects: store })).rejects.toMatchObject({ code: 'BR-E0114' });
    await expect(questionOf(asked({ prompt_id: 'large' }), { objects: store })).rejects.toMatchObject({ code: 'BR-E0120' });
  });
});

describe('the question of an execution', () => {
  it.each<[string, object, object, string, RegExp]>([
    ['a text model without a prompt', {}, {}, 'BR-E0110', /answers prompts, and neither prompt_id nor prompt is given/],
    [
      'a text column for a text model',
      { prompt: '{a}', text_column: 'a' },
      {},
      'BR-E0112',
      /text_column is for embedding models/,
    ],
    [
      'a prompt_id for an embedding',
      { model_id: TITAN, prompt_id: 'x' },
      {},
      'BR-E0108',
      /is an embedding model: .* prompt_id is given/,
    ],
    ['a prompt for an embedding', { model_id: TITAN, prompt: '{x}' }, {}, 'BR-E0108', /and prompt is given/],
    ['a system prompt for an embedding', { model_id: TITAN, system: 'x' }, {}, 'BR-E0108', /and system is given/],
    ['a model that nobody knows', { model_id: 'no.such-model', prompt: 'x' }, {}, 'BR-E0105', /no\.such-model/],
    ['a prompt that is never closed', { prompt: 'about {text' }, {}, 'BR-E0107', /./],
    ['an unknown parameter', { prompt: '{a}', params: { heat: 1 } }, {}, 'BR-E0115', /heat/],
    [
      'jobs below the minimum',
      { prompt: '{a}', max_records_per_job: 10 },
      {},
      'BR-E0120',
      /^max_records_per_job is 10; a job of anthropic.* takes 100 to \d+ records \(20\d\d-\d\d-\d\d\)$/,
    ],
    [
      'jobs below the minimum, by the environment',
      { prompt: '{a}' },
      { maxRecordsPerJob: 99 },
      'BR-E0120',
      /^the environment variable MAX_RECORDS_PER_JOB is 99; a job of/,
    ],
  ])('is refused for %s', async (_, input, settings, code, message) => {
    await expect(questionOf(asked(input, settings), { objects: bucket() })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('embeds input_text unless another column is named', async () => {
    expect((await questionOf(asked({ model_id: TITAN, prompt_id: null }), { objects: bucket() })).checked.columns).toEqual([
      'input_text',
    ]);
    expect((await questionOf(asked({ model_id: TITAN, text_column: 'body' }), { objects: bucket() })).checked.columns).toEqual([
      'body',
    ]);
  });

  it('cuts jobs of the size that is said, or as large as the model takes', async () => {
    const cut = async (records: number) =>
      (await questionOf(asked({ prompt: '{a}', max_records_per_job: records }), { objects: bucket() })).question.recordsPerJob;
    expect(await cut(200)).toBe(200);
    expect(await cut(10_000_000)).toBe(resolveModel(asked({ prompt: '{a}' }).modelId).limits.maxRecords);
  });

  it('has the bounds of jobs as those of the command line', async () => {
    const input = { prompt: '{a}', max_records_per_batch: 100, max_num_jobs: 2, max_records_total: 5, sample: 3, slots: 4 };
    expect((await questionOf(asked(input), { objects: bucket() })).question).toMatchObject({
      recordsPerJob: 100,
      maxJobs: 2,
      maxRecords: 5,
      sample: 3,
      slots: 4,
    });
  });
});
