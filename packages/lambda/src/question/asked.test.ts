import { describe, expect, it } from 'vitest';
import type { EngineSettings } from '../engine/index.ts';
import { ENGINE_SETTINGS } from '../testing/engine-settings.ts';
import { parseInput } from './asked.ts';

const S3 = { s3_uri: 's3://bucket/inputs/topics.csv', job_name_prefix: 'test-job1', model_id: 'a.model' };

const refused = (input: unknown, settings: Partial<EngineSettings> = {}): { code: string; message: string; hint: string } => {
  try {
    parseInput(input, { ...ENGINE_SETTINGS, ...settings });
  } catch (error) {
    return error as { code: string; message: string; hint: string };
  }
  throw new Error('it was taken');
};

describe('the input of an execution', () => {
  it('is taken as it has always been, with null for what is absent', () => {
    expect(parseInput({ ...S3, prompt_id: 'joke_about_topic' }, ENGINE_SETTINGS)).toEqual({
      jobNamePrefix: 'test-job1',
      dataset: { kind: 's3', uri: 's3://bucket/inputs/topics.csv' },
      modelId: 'a.model',
      promptId: 'joke_about_topic',
      timeoutHours: 24,
      resultsFormat: 'parquet',
      isNew: false,
    });
    const hub = { dataset_id: 'w601sxs/simpleCoT', split: 'train', job_name_prefix: 'cot', model_id: 'm', prompt_id: null };
    expect(parseInput({ ...hub, s3_uri: null, max_num_jobs: 1, max_records_total: 100 }, ENGINE_SETTINGS)).toMatchObject({
      dataset: { kind: 'hub', dataset: 'w601sxs/simpleCoT', split: 'train' },
      maxJobs: 1,
      maxRecords: 100,
    });
    expect(parseInput({ ...S3, split: 'train' }, ENGINE_SETTINGS).dataset).toEqual({ kind: 's3', uri: S3.s3_uri });
  });

  it('takes our options beside them', () => {
    const ours = {
      system: 'Be short.',
      prompt: '{text}',
      params: { temperature: 0, top_p: '0.5', stop: null, exact: true },
      sample: 10,
      max_error_rate: 0.02,
      max_attempts: 5,
      dedupe: 'part',
      timeout_hours: 48,
      results_format: 'csv',
      new: true,
    };
    expect(parseInput({ ...S3, ...ours }, ENGINE_SETTINGS)).toMatchObject({
      system: 'Be short.',
      prompt: '{text}',
      params: { temperature: '0', top_p: '0.5', exact: 'true' },
      sample: 10,
      maxErrorRate: 0.02,
      maxAttempts: 5,
      dedupe: 'part',
      timeoutHours: 48,
      resultsFormat: 'csv',
      isNew: true,
    });
    const hub = { dataset_id: 'o/n', config: 'c', revision: 'main', job_name_prefix: 'p', model_id: 'm', text_column: 't' };
    expect(parseInput(hub, ENGINE_SETTINGS)).toMatchObject({ dataset: { config: 'c', revision: 'main' }, textColumn: 't' });
  });

  it('goes before the environment, and the slots of the stack are its ceiling', () => {
    const settings = { ...ENGINE_SETTINGS, maxTotalRecords: 500, maxRecordsPerJob: 1000, maxJobs: 20, timeoutHours: 72 };
    const fromEnvironment = parseInput(S3, settings);
    expect(fromEnvironment).toMatchObject({ maxRecords: 500, plannedSlots: 20, timeoutHours: 72 });
    expect(fromEnvironment).not.toHaveProperty('slots');
    expect(fromEnvironment.maxRecordsPerJob).toMatchObject({
      records: 1000,
      saidBy: expect.stringContaining('MAX_RECORDS_PER_JOB'),
    });
    const said = { max_records_total: 7, max_records_per_batch: 200, slots: 3, timeout_hours: 24 };
    expect(parseInput({ ...S3, ...said }, settings)).toMatchObject({
      maxRecords: 7,
      slots: 3,
      timeoutHours: 24,
      maxRecordsPerJob: { records: 200, saidBy: 'max_records_per_batch' },
    });
    expect(parseInput({ ...S3, slots: 50 }, settings)).toMatchObject({ slots: 50, plannedSlots: 20 });
  });

  it.each<[string, unknown, string, RegExp]>([
    ['no object', 'text', 'BR-E0112', /the input of the execution is a string; it must be an object/],
    ['a list', [], 'BR-E0112', /is a list; it must be an object/],
    ['nothing', null, 'BR-E0112', /is null; it must be an object/],
    [
      'an unknown key',
      { ...S3, max_record_total: 5 },
      'BR-E0112',
      /unknown key "max_record_total"; did you mean max_records_total/,
    ],
    ['an unknown key that is null', { ...S3, colour: null }, 'BR-E0112', /unknown key "colour"/],
    ['no source', { ...S3, s3_uri: null }, 'BR-E0112', /neither s3_uri nor dataset_id is given; exactly one of them is needed/],
    ['both sources', { ...S3, dataset_id: 'a/b' }, 'BR-E0112', /s3_uri and dataset_id are given; exactly one/],
    [
      'another address',
      { ...S3, s3_uri: 'https://x/y.csv' },
      'BR-E0120',
      /s3_uri is "https:\/\/x\/y.csv"; allowed: s3:\/\/bucket\/key/,
    ],
    ['a key for hubs alone', { ...S3, revision: 'main' }, 'BR-E0112', /revision goes with dataset_id, and s3_uri is given/],
    [
      'no name of a dataset',
      { ...S3, s3_uri: null, dataset_id: 'a b' },
      'BR-E0120',
      /dataset_id is "a b"; allowed: .*owner\/name/,
    ],
    ['no prefix', { ...S3, job_name_prefix: null }, 'BR-E0112', /job_name_prefix is missing: it names the folder of the results/],
    ['no model', { ...S3, model_id: undefined }, 'BR-E0112', /model_id is missing/],
    ['an empty text', { ...S3, model_id: '' }, 'BR-E0120', /model_id is empty/],
    ['a number for a text', { ...S3, job_name_prefix: 5 }, 'BR-E0120', /job_name_prefix is a number; allowed: a string/],
    [
      'a prefix with a blank',
      { ...S3, job_name_prefix: 'my job' },
      'BR-E0120',
      /job_name_prefix is "my job"; allowed: 1 to 200 letters/,
    ],
    ['a prefix that leads up', { ...S3, job_name_prefix: 'a/../b' }, 'BR-E0120', /job_name_prefix is "a\/..\/b"/],
    ['a prefix of a folder', { ...S3, job_name_prefix: 'a/' }, 'BR-E0120', /job_name_prefix is "a\/"/],
    ['two prompts', { ...S3, prompt: '{a}', prompt_id: 'b' }, 'BR-E0112', /prompt and prompt_id \(b\) are given; one of them/],
    ['no rows', { ...S3, max_records_total: 0 }, 'BR-E0120', /max_records_total is 0; allowed: a whole number from 1/],
    [
      'a number as text',
      { ...S3, max_records_total: '5' },
      'BR-E0120',
      /max_records_total is "5"; allowed: a whole number from 1/,
    ],
    ['a broken number', { ...S3, max_num_jobs: 1.5 }, 'BR-E0120', /max_num_jobs is 1.5; allowed: a whole number from 1/],
    ['a list for a number', { ...S3, sample: [1] }, 'BR-E0120', /sample is a list; allowed: a whole number from 1/],
    [
      'hours below a day',
      { ...S3, timeout_hours: 12 },
      'BR-E0120',
      /timeout_hours is 12; allowed: a whole number from 24 to 168/,
    ],
    ['a share above 1', { ...S3, max_error_rate: 2 }, 'BR-E0120', /max_error_rate is 2; allowed: a number from 0 to 1/],
    ['too many attempts', { ...S3, max_attempts: 101 }, 'BR-E0120', /max_attempts is 101; allowed: a whole number from 1 to 100/],
    ['no slots', { ...S3, slots: 0 }, 'BR-E0120', /slots is 0; allowed: a whole number from 1 to 10000/],
    ['another format', { ...S3, results_format: 'xlsx' }, 'BR-E0120', /results_format is "xlsx"; allowed: parquet, csv/],
    ['a word for a flag', { ...S3, new: 'yes' }, 'BR-E0120', /new is "yes"; allowed: true or false/],
    ['parameters as text', { ...S3, params: 'temperature=0' }, 'BR-E0120', /params is a string; allowed: an object/],
    ['parameters inside', { ...S3, params: { a: { b: 1 } } }, 'BR-E0120', /params\.a is an object; allowed: a string, a number/],
    [
      'two names of one bound',
      { ...S3, max_records_per_job: 100, max_records_per_batch: 200 },
      'BR-E0112',
      /max_records_per_job is 100 and max_records_per_batch is 200; they are two names of the same/,
    ],
  ])('is refused with %s', (_, input, code, message) => {
    expect(refused(input)).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
