import {
  CreateInferenceProfileCommand,
  DeleteInferenceProfileCommand,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  ListFoundationModelsCommand,
  ListInferenceProfilesCommand,
  ListModelInvocationJobsCommand,
  type ListModelInvocationJobsCommandInput,
  ListTagsForResourceCommand,
  paginateListModelInvocationJobs,
  StopModelInvocationJobCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-bedrock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claudeRecords, type LocalService, startLocalService } from '../testing/local-service.ts';

let local: LocalService;
beforeAll(async () => {
  local = await startLocalService({ finishedTags: false });
  await local.put('in/a.jsonl', claudeRecords(2));
});
afterAll(() => local.close());

const list = async (query: ListModelInvocationJobsCommandInput = {}): Promise<string[]> => {
  const page = await local.bedrock.send(new ListModelInvocationJobsCommand(query));
  return (page.invocationJobSummaries ?? []).map(({ jobName }) => jobName ?? '');
};

describe('ListModelInvocationJobs', () => {
  let first: string;
  beforeAll(async () => {
    for (const name of ['list-a', 'list-b', 'list-c', 'list-d', 'list-e']) {
      const arn = await local.create({ jobName: name });
      first ??= arn;
      await local.until(arn);
    }
  });

  test('shows the newest first, with the fields of Get', async () => {
    expect(await list({ nameContains: 'list-' })).toEqual(['list-e', 'list-d', 'list-c', 'list-b', 'list-a']);
    const page = await local.bedrock.send(new ListModelInvocationJobsCommand({ nameContains: 'list-a' }));
    const { $metadata: _, ...job } = await local.job(first);
    expect(page.invocationJobSummaries).toEqual([job]);
  });

  test('filters by status, name and time', async () => {
    expect(await list({ nameContains: 'list-', statusEquals: 'Failed' })).toEqual([]);
    expect(await list({ nameContains: 'list-c', statusEquals: 'Completed' })).toEqual(['list-c']);
    const { submitTime } = await local.job(first);
    expect(await list({ nameContains: 'list-', submitTimeBefore: new Date(submitTime!.getTime() - 1) })).toEqual([]);
    expect(await list({ nameContains: 'list-', submitTimeAfter: new Date(submitTime!.getTime() + 1) })).not.toContain('list-a');
    await expect(list({ nameContains: 'under_score' })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(list({ maxResults: 1001 })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(list({ nextToken: 'nonsense' })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('pages hold every job once, in both orders', async () => {
    for (const sortOrder of ['Ascending', 'Descending'] as const) {
      const names: string[] = [];
      const pages = paginateListModelInvocationJobs({ client: local.bedrock, pageSize: 2 }, { nameContains: 'list-', sortOrder });
      for await (const page of pages) names.push(...(page.invocationJobSummaries ?? []).map(({ jobName }) => jobName ?? ''));
      const ascending = ['list-a', 'list-b', 'list-c', 'list-d', 'list-e'];
      expect(names).toEqual(sortOrder === 'Ascending' ? ascending : ascending.toReversed());
    }
  });

  test('misses a new job for as long as it lags', async () => {
    const lagging = await startLocalService({ listLagMs: 3_600_000, speed: 1 });
    await lagging.create();
    const count = async () => (await lagging.bedrock.send(new ListModelInvocationJobsCommand({}))).invocationJobSummaries?.length;
    expect(await count()).toBe(0);
    await lagging.advance(3_600_000);
    expect(await count()).toBe(1);
    await lagging.close();
  });
});

describe('StopModelInvocationJob', () => {
  test('conflicts with a job that has ended', async () => {
    const jobIdentifier = await local.create();
    await local.until(jobIdentifier);
    const stop = local.bedrock.send(new StopModelInvocationJobCommand({ jobIdentifier }));
    await expect(stop).rejects.toMatchObject({ name: 'ConflictException', $metadata: { httpStatusCode: 400 } });
  });

  test.each([
    ['arn:aws:bedrock:us-east-1:000000000000:model-invocation-job/000000000000', 'ResourceNotFoundException'],
    ['arn:aws:bedrock:us-east-1:999999999999:model-invocation-job/000000000000', 'ResourceNotFoundException'],
    ['nothing', 'ValidationException'],
  ])('does not find %s', async (jobIdentifier, name) => {
    await expect(local.bedrock.send(new StopModelInvocationJobCommand({ jobIdentifier }))).rejects.toMatchObject({ name });
    await expect(local.job(jobIdentifier)).rejects.toMatchObject({ name });
  });
});

test('tags are added, changed, removed, and out of reach once the job has ended', async () => {
  const slow = await startLocalService({ speed: 1, finishedTags: false });
  await slow.put('in/a.jsonl', claudeRecords(2));
  const resourceARN = await slow.create({ tags: [{ key: 'a', value: '1' }] });
  await slow.bedrock.send(
    new TagResourceCommand({
      resourceARN,
      tags: [
        { key: 'a', value: '2' },
        { key: 'b', value: '' },
      ],
    }),
  );
  await slow.bedrock.send(new UntagResourceCommand({ resourceARN, tagKeys: ['b', 'c'] }));
  const tags = () => slow.bedrock.send(new ListTagsForResourceCommand({ resourceARN }));
  expect((await tags()).tags).toEqual([{ key: 'a', value: '2' }]);
  await slow.restart({ speed: 100_000 });
  await slow.until(resourceARN);
  await expect(tags()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await slow.restart({ finishedTags: true });
  expect((await tags()).tags).toEqual([{ key: 'a', value: '2' }]);
  await slow.close();
});

describe('models and profiles', () => {
  test('are listed and found by id', async () => {
    const all = await local.bedrock.send(
      new ListFoundationModelsCommand({ byOutputModality: 'EMBEDDING', byProvider: 'Amazon' }),
    );
    expect(all.modelSummaries?.map(({ modelId }) => modelId)).toContain('amazon.titan-embed-text-v2:0');
    expect(all.modelSummaries?.every(({ providerName }) => providerName === 'Amazon')).toBe(true);
    const one = await local.bedrock.send(new GetFoundationModelCommand({ modelIdentifier: 'amazon.nova-lite-v1:0' }));
    expect(one.modelDetails?.modelArn).toBe('arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0');
    const none = local.bedrock.send(new GetFoundationModelCommand({ modelIdentifier: 'acme.none' }));
    await expect(none).rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } });
  });

  test('a profile names the Regions that it leads to', async () => {
    const id = 'us.anthropic.claude-sonnet-4-20250514-v1:0';
    const arn = `arn:aws:bedrock:us-east-1:000000000000:inference-profile/${id}`;
    for (const inferenceProfileIdentifier of [id, arn]) {
      const profile = await local.bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier }));
      expect(profile).toMatchObject({ inferenceProfileArn: arn, status: 'ACTIVE', type: 'SYSTEM_DEFINED' });
      expect(profile.models?.map(({ modelArn }) => modelArn)).toContain(
        'arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0',
      );
    }
    const listed = await local.bedrock.send(new ListInferenceProfilesCommand({ maxResults: 5 }));
    expect(listed.inferenceProfileSummaries).toHaveLength(5);
    expect(listed.nextToken).toBeDefined();
  });

  test('an application profile leads where its source does, takes jobs, outlives the server and goes when it is deleted', async () => {
    const id = 'us.amazon.nova-lite-v1:0';
    const copyFrom = `arn:aws:bedrock:us-east-1:000000000000:inference-profile/${id}`;
    const make = (from: string) =>
      local.bedrock.send(new CreateInferenceProfileCommand({ inferenceProfileName: 'team a', modelSource: { copyFrom: from } }));
    const { inferenceProfileArn = '', status } = await make(copyFrom);
    expect(status).toBe('ACTIVE');
    expect(inferenceProfileArn).toMatch(/^arn:aws:bedrock:us-east-1:000000000000:application-inference-profile\/[0-9a-z]{12}$/);
    const jobArn = await local.create({ modelId: inferenceProfileArn });
    expect((await local.job(jobArn)).modelId).toBe(inferenceProfileArn);
    await local.restart();
    const show = (identifier: string) =>
      local.bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: identifier }));
    const shown = await show(inferenceProfileArn);
    expect(shown).toMatchObject({ inferenceProfileArn, inferenceProfileName: 'team a', type: 'APPLICATION' });
    expect(shown.createdAt).toBeInstanceOf(Date);
    expect(shown.models).toEqual((await show(id)).models);
    const listed = await local.bedrock.send(new ListInferenceProfilesCommand({ typeEquals: 'APPLICATION' }));
    expect(listed.inferenceProfileSummaries).toMatchObject([{ inferenceProfileArn, type: 'APPLICATION' }]);
    await expect(make(inferenceProfileArn)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(make('arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-premier-v1:0')).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await local.bedrock.send(new DeleteInferenceProfileCommand({ inferenceProfileIdentifier: inferenceProfileArn }));
    await expect(show(inferenceProfileArn)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(local.create({ modelId: inferenceProfileArn })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
