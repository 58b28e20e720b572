import { createHash } from 'node:crypto';
import { type BedrockSettings, type Home, partitionOf, type ServiceModel } from '../bedrock/index.ts';

/** One quota as Service Quotas lists it. */
export interface QuotaRow {
  readonly ServiceCode: string;
  readonly ServiceName: string;
  readonly QuotaArn: string;
  readonly QuotaCode: string;
  readonly QuotaName: string;
  readonly Value: number;
  readonly Unit: string;
  readonly Adjustable: boolean;
  readonly GlobalQuota: boolean;
}

const LARGE_JOB_GB = 100;
const LARGE_JOBS = /^amazon\.(nova-lite-v1|nova-pro-v1|nova-2-multimodal)/;

/** The six quotas of batch inference of every model that it takes (AWS General Reference, Bedrock quotas, 2026-11). */
export function quotaRows(models: readonly ServiceModel[], settings: BedrockSettings, home: Home): readonly QuotaRow[] {
  return models
    .filter((model) => model.batch)
    .flatMap((model) => [
      row(`Minimum number of records per batch inference job for ${model.name}`, settings.minRecords, false, home),
      row(`Records per input file per batch inference job for ${model.name}`, settings.maxRecords, true, home),
      row(`Records per batch inference job for ${model.name}`, settings.maxRecords, true, home),
      row(`Batch inference input file size (in GB) for ${model.name}`, 1, false, home),
      row(`Batch inference job size (in GB) for ${model.name}`, LARGE_JOBS.test(model.id) ? LARGE_JOB_GB : 5, false, home),
      row(
        `Sum of in-progress and submitted batch inference jobs using a base model for ${model.name}`,
        settings.maxJobs,
        true,
        home,
      ),
    ]);
}

/** The service's codes changed over time; these are made from the names. */
function row(name: string, value: number, adjustable: boolean, home: Home): QuotaRow {
  const code = `L-${createHash('sha256').update(name).digest('hex').slice(0, 8).toUpperCase()}`;
  return {
    ServiceCode: 'bedrock',
    ServiceName: 'Amazon Bedrock',
    QuotaArn: `arn:${partitionOf(home.region)}:servicequotas:${home.region}:${home.account}:bedrock/${code}`,
    QuotaCode: code,
    QuotaName: name,
    Value: value,
    Unit: 'None',
    Adjustable: adjustable,
    GlobalQuota: false,
  };
}
