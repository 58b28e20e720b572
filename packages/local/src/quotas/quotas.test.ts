import {
  ListAWSDefaultServiceQuotasCommand,
  paginateListServiceQuotas,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { expect, test } from 'vitest';
import { startLocalService } from '../testing/local-service.ts';

test('quotas are listed in pages: those that apply here, and the defaults', async () => {
  const local = await startLocalService({ maxJobs: 7 });
  const client = new ServiceQuotasClient(local.clientConfig);
  const values = new Map<string, number>();
  for await (const page of paginateListServiceQuotas({ client, pageSize: 50 }, { ServiceCode: 'bedrock' })) {
    for (const { QuotaName, Value } of page.Quotas ?? []) values.set(QuotaName ?? '', Value ?? 0);
  }
  const sum = 'Sum of in-progress and submitted batch inference jobs using a base model for Claude 3 Haiku';
  expect(values.get(sum)).toBe(7);
  expect(values.get('Batch inference job size (in GB) for Nova Lite V1')).toBe(100);
  expect(values.get('Minimum number of records per batch inference job for Claude 3 Haiku')).toBe(1);
  const defaults = await client.send(new ListAWSDefaultServiceQuotasCommand({ ServiceCode: 'bedrock', MaxResults: 6 }));
  expect(defaults.Quotas?.map(({ Value }) => Value)).toEqual([100, 100_000, 100_000, 1, 100, 100]);
  await expect(client.send(new ListAWSDefaultServiceQuotasCommand({ ServiceCode: 'ec2' }))).rejects.toMatchObject({
    name: 'NoSuchResourceException',
  });
  client.destroy();
  await local.close();
});
