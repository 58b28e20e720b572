import { type BedrockState, createJsonService, type Operation } from '../bedrock/index.ts';
import type { Service } from '../server/index.ts';
import { listDefaultServiceQuotas, listServiceQuotas } from './list-service-quotas.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ListServiceQuotas: listServiceQuotas,
  ListAWSDefaultServiceQuotas: listDefaultServiceQuotas,
};

/** Service Quotas for the service code `bedrock` (JSON 1.1, target `ServiceQuotasV20190624`). */
export function createQuotasService(state: BedrockState): Service {
  return createJsonService({
    name: 'servicequotas',
    contentType: 'application/x-amz-json-1.1',
    state,
    find({ headers }) {
      const [target, name = ''] = String(headers['x-amz-target'] ?? '').split('.');
      const run = OPERATIONS[name];
      if (target !== 'ServiceQuotasV20190624' || run === undefined) return undefined;
      return { name, labels: [], run: async (call) => ({ body: await run(call, state) }) };
    },
  });
}
