import { AwsError, type Call, createValidation, isStructure, type Operation } from '../bedrock/index.ts';
import { type QuotaRow, quotaRows } from './quota-rows.ts';

const DEFAULT_PAGE = 100;

/** Lists the quotas that apply here: the service's, or those that the local Bedrock was started with. */
export const listServiceQuotas: Operation = (call, state) => page(quotaRows(state.models.models, state.settings, call), call);

/** Lists the quotas that an account begins with. */
export const listDefaultServiceQuotas: Operation = (call, state) => {
  const defaults = { ...state.settings, minRecords: 100, maxRecords: 100_000, maxJobs: 100 };
  return page(quotaRows(state.models.models, defaults, call), call);
};

function page(rows: readonly QuotaRow[], call: Call): unknown {
  const request = isStructure(call.body) ? call.body : {};
  const v = createValidation();
  const service = v.string(request['ServiceCode'], 'serviceCode', { minLength: 1, maxLength: 63 });
  const most = v.optionalInteger(request['MaxResults'], 'maxResults', 1, 100) ?? DEFAULT_PAGE;
  const token = v.optionalString(request['NextToken'], 'nextToken', { maxLength: 2048, pattern: /[0-9]*/ });
  v.finish();
  if (service !== 'bedrock') throw new AwsError('NoSuchResourceException', `The service code ${service} is not served here.`);
  const from = Number(token ?? 0);
  return {
    Quotas: rows.slice(from, from + most),
    ...(from + most < rows.length ? { NextToken: String(from + most) } : {}),
  };
}
