import { paginateListServiceQuotas, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { CallOptions } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { translateError } from '../translate-error.ts';
import { type ListedQuota, readQuota } from './quota-names.ts';

const IDLE_MS = 10_000;
/** Bedrock has more than a thousand quotas, and the service gives a hundred at most (API reference, 2026-11). */
const PAGE = 100;

/** The quotas of batch inference that apply to an account and Region, of all models. */
export async function listQuotas(client: ServiceQuotasClient, { signal }: CallOptions): Promise<readonly ListedQuota[]> {
  const quotas: ListedQuota[] = [];
  const pages = paginateListServiceQuotas({ client, pageSize: PAGE }, { ServiceCode: 'bedrock' }, { abortSignal: signal });
  for await (const { Quotas = [] } of pages) {
    for (const { QuotaName = '', Value = Number.NaN } of Quotas) {
      const quota = readQuota(QuotaName, Value);
      if (quota !== undefined) quotas.push(quota);
    }
  }
  return quotas;
}

/** The same by a client of its own. Throws a `ServiceError` where the service does not say. */
export async function listQuotasOf(options: ConnectionOptions, calls: CallOptions = {}): Promise<readonly ListedQuota[]> {
  const client = new ServiceQuotasClient(clientConfig(options, IDLE_MS));
  try {
    return await listQuotas(client, calls);
  } catch (error) {
    throw translateError(error, 'ListServiceQuotas');
  } finally {
    client.destroy();
  }
}
