import { startHub } from '@batchrock/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BUCKET, startLocalService } from '../../../local/src/testing/local-service.ts';
import { HAIKU, Orchestrator } from '../testing/orchestrator.ts';
import { datasetFinder } from './find-dataset.ts';

afterEach(() => vi.unstubAllEnvs());

describe('a dataset on a hub', () => {
  it('is read by its split, with the token of the environment, and makes a run', async () => {
    const own = {
      'data/train.csv': `question,source\n${Array.from({ length: 150 }, (_, i) => `q${i},s${i}\n`).join('')}`,
      'data/test.csv': 'question,source\nq,s\n',
    };
    const hub = await startHub({ 'w601sxs/simpleCoT': { access: 'private', own } }, { token: 'hf_secret' });
    vi.stubEnv('HF_ENDPOINT', `${hub.url}/`);
    vi.stubEnv('HF_TOKEN', 'hf_secret');
    const world = new Orchestrator();
    Object.defineProperty(world, 'engine', { value: { ...world.engine, findDataset: datasetFinder('us-east-1') } });
    const input = { dataset_id: 'w601sxs/simpleCoT', split: 'train', revision: 'main', job_name_prefix: 'cot', model_id: HAIKU };
    expect(await world.prepare({ ...input, prompt_id: 'question_answering' })).toMatchObject({ done: true, rows: 150, parts: 1 });
    const test = await world.prepare({ ...input, split: 'test', prompt_id: 'question_answering', job_name_prefix: 'other' });
    expect(test).toMatchObject({ rows: 1 });
    await expect(world.prepare({ ...input, split: 'dev', prompt_id: 'question_answering' })).rejects.toMatchObject({
      code: 'BR-E0101',
    });
    expect(world.lines.join('\n')).not.toContain('hf_secret');
    await hub.close();
  });
});

describe('a dataset on S3', () => {
  it('is found where the environment says, and what is not there is told', async () => {
    const service = await startLocalService({ speed: 1 });
    vi.stubEnv('AWS_ENDPOINT_URL', service.url);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    await service.put('in/a.csv', 'text\n1\n');
    const find = datasetFinder('us-east-1');
    const found = await find({ kind: 's3', uri: `s3://${BUCKET}/in/` });
    expect(found.sources.map(({ name }) => name)).toEqual([`s3://${BUCKET}/in/a.csv`]);
    found.close();
    await expect(find({ kind: 's3', uri: `s3://${BUCKET}/in/b.csv` })).rejects.toMatchObject({ code: 'BR-E0101' });
    await service.close();
  });
});
