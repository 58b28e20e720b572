import { type Home, modelOfProfile, PROFILE_PREFIXES, partitionOf } from './model-identity.ts';
import type { ServiceModel } from './model-table.ts';
import { AwsError } from './service-error.ts';
import type { Operation } from './state.ts';
import { createValidation } from './validation.ts';

/** Regions that a geographic profile sends requests to: some of them, enough for policies to be tried on. */
const REGIONS: Readonly<Record<string, readonly string[]>> = {
  us: ['us-east-1', 'us-east-2', 'us-west-2'],
  'us-gov': ['us-gov-east-1', 'us-gov-west-1'],
  eu: ['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-3'],
  apac: ['ap-northeast-1', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2'],
  jp: ['ap-northeast-1', 'ap-northeast-3'],
  au: ['ap-southeast-2', 'ap-southeast-4'],
  ca: ['ca-central-1', 'us-east-1'],
};

/** Shows one cross-Region profile, by its id or ARN. */
export const getInferenceProfile: Operation = (call, state) => {
  const identifier = call.labels[0] ?? '';
  const id = identifier.slice(identifier.lastIndexOf('/') + 1);
  const model = modelOfProfile(id, state.models);
  if (model !== undefined) return profileView(id, model, call);
  throw new AwsError('ResourceNotFoundException', `Could not find the inference profile ${identifier}.`);
};

/** Lists the profiles of the Region's geography and the global ones, in one page or several. */
export const listInferenceProfiles: Operation = (call, state) => {
  const v = createValidation();
  const maxResults = call.query.get('maxResults');
  const most = v.optionalInteger(maxResults === null ? undefined : Number(maxResults), 'maxResults', 1, 1000) ?? 1000;
  v.finish();
  const prefixes = PROFILE_PREFIXES.filter((prefix) => prefix === 'global' || REGIONS[prefix]?.includes(call.region));
  const profiles = prefixes.flatMap((prefix) =>
    state.models.models.filter((model) => model.profiles).map((model) => profileView(`${prefix}.${model.id}`, model, call)),
  );
  const from = Number(call.query.get('nextToken') ?? 0);
  const page = profiles.slice(from, from + most);
  return {
    inferenceProfileSummaries: page,
    ...(from + most < profiles.length ? { nextToken: String(from + most) } : {}),
  };
};

function profileView(id: string, model: ServiceModel, home: Home) {
  const partition = partitionOf(home.region);
  const prefix = id.slice(0, id.indexOf('.'));
  const regions = REGIONS[prefix] ?? [home.region];
  const modelArn = (region: string): string => `arn:${partition}:bedrock:${region}::foundation-model/${model.id}`;
  // A global profile names its model without a Region too.
  const arns = prefix === 'global' ? [...regions.map(modelArn), modelArn('')] : regions.map(modelArn);
  return {
    inferenceProfileName: `${prefix.toUpperCase()} ${model.name}`,
    inferenceProfileArn: `arn:${partition}:bedrock:${home.region}:${home.account}:inference-profile/${id}`,
    inferenceProfileId: id,
    models: arns.map((arn) => ({ modelArn: arn })),
    status: 'ACTIVE',
    type: 'SYSTEM_DEFINED',
  };
}
