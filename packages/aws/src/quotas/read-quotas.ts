import type { CallOptions } from '@batchrock/core';
import type { ConnectionOptions } from '../client-options.ts';
import type { ListedQuota } from './quota-names.ts';

/**
 * The quotas of batch inference that apply to an account and Region, of all models. Throws a `ServiceError` where the service does
 * not say. The SDK's client is loaded by the call: who has an answer of before needs none.
 */
export async function readQuotas(options: ConnectionOptions, calls: CallOptions = {}): Promise<readonly ListedQuota[]> {
  const { listQuotasOf } = await import('./list-quotas.ts');
  return listQuotasOf(options, calls);
}
