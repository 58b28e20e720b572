import { randomBytes } from 'node:crypto';
import type { ApplicationProfile } from './application-profiles.ts';
import { type Home, identifyModel, modelOfProfile, PROFILE_PREFIXES, partitionOf, refuseUnreachable } from './model-identity.ts';
import type { ServiceModel } from './model-table.ts';
import { MODEL_ID } from './patterns.ts';
import { AwsError } from './service-error.ts';
import type { BedrockState, Operation } from './state.ts';
import { createValidation, isStructure } from './validation.ts';

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

/** As the service model has it (2023-04-20), in linear time. */
const PROFILE_NAME = { minLength: 1, maxLength: 64, pattern: /[0-9a-zA-Z:.](?:[ _-]?[0-9a-zA-Z:.])*[ _-]?/ } as const;
const DESCRIPTION = { minLength: 1, maxLength: 200 } as const;

/** Makes an application profile that leads to a model, or where a cross-Region profile leads. */
export const createInferenceProfile: Operation = (call, state) => {
  const request = isStructure(call.body) ? call.body : {};
  const v = createValidation();
  const name = v.string(request['inferenceProfileName'], 'inferenceProfileName', PROFILE_NAME);
  const description = v.optionalString(request['description'], 'description', DESCRIPTION);
  const copyFrom = v.string(v.structure(request['modelSource'], 'modelSource')['copyFrom'], 'modelSource.copyFrom', MODEL_ID);
  v.finish();
  const source = identifyModel(copyFrom, state.models, call);
  refuseUnreachable(source);
  if (source.kind !== 'foundation-model' && source.kind !== 'inference-profile') {
    throw new AwsError('ValidationException', 'The provided model identifier is invalid.');
  }
  const id = randomBytes(8).readBigUInt64BE().toString(36).padStart(12, '0').slice(-12);
  const profile: ApplicationProfile = {
    id,
    arn: `arn:${partitionOf(call.region)}:bedrock:${call.region}:${call.account}:application-inference-profile/${id}`,
    name,
    ...(description === undefined ? {} : { description }),
    baseModelId: source.model.id,
    modelArns: source.profileId === undefined ? [source.arn] : modelArnsOf(source.profileId, source.model, call),
    createdAt: state.clock.now(),
  };
  state.models.profiles.add(profile);
  return { inferenceProfileArn: profile.arn, status: 'ACTIVE' };
};

/** Shows one profile, by its id or ARN. */
export const getInferenceProfile: Operation = (call, state) => {
  const identifier = call.labels[0] ?? '';
  const id = idOf(identifier);
  const made = state.models.profiles.get(id);
  if (made !== undefined) return applicationView(made);
  const model = modelOfProfile(id, state.models);
  if (model !== undefined) return profileView(id, model, call);
  throw notFound(identifier);
};

/** Removes an application profile. */
export const deleteInferenceProfile: Operation = (call, state) => {
  const identifier = call.labels[0] ?? '';
  const made = state.models.profiles.get(idOf(identifier));
  if (made === undefined) throw notFound(identifier);
  state.models.profiles.remove(made.id);
  return {};
};

function idOf(identifier: string): string {
  return identifier.slice(identifier.lastIndexOf('/') + 1);
}

function notFound(identifier: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Could not find the inference profile ${identifier}.`);
}

/** Lists the profiles of the Region's geography, the global ones and those that users made, in one page or several. */
export const listInferenceProfiles: Operation = (call, state) => {
  const v = createValidation();
  const maxResults = call.query.get('maxResults');
  const most = v.optionalInteger(maxResults === null ? undefined : Number(maxResults), 'maxResults', 1, 1000) ?? 1000;
  const type = v.optionalString(call.query.get('type'), 'typeEquals', { oneOf: ['SYSTEM_DEFINED', 'APPLICATION'] });
  v.finish();
  const profiles = [
    ...(type === 'APPLICATION' ? [] : systemViews(call, state)),
    ...(type === 'SYSTEM_DEFINED' ? [] : state.models.profiles.all().map(applicationView)),
  ];
  const from = Number(call.query.get('nextToken') ?? 0);
  const page = profiles.slice(from, from + most);
  return {
    inferenceProfileSummaries: page,
    ...(from + most < profiles.length ? { nextToken: String(from + most) } : {}),
  };
};

function systemViews(call: Home, state: BedrockState) {
  const prefixes = PROFILE_PREFIXES.filter((prefix) => prefix === 'global' || REGIONS[prefix]?.includes(call.region));
  return prefixes.flatMap((prefix) =>
    state.models.models.filter((model) => model.profiles).map((model) => profileView(`${prefix}.${model.id}`, model, call)),
  );
}

function applicationView({ id, arn, name, description, modelArns, createdAt }: ApplicationProfile) {
  const at = new Date(createdAt).toISOString();
  return {
    inferenceProfileName: name,
    ...(description === undefined ? {} : { description }),
    createdAt: at,
    updatedAt: at,
    inferenceProfileArn: arn,
    inferenceProfileId: id,
    models: modelArns.map((modelArn) => ({ modelArn })),
    status: 'ACTIVE',
    type: 'APPLICATION',
  };
}

function profileView(id: string, model: ServiceModel, home: Home) {
  return {
    inferenceProfileName: `${prefixOf(id).toUpperCase()} ${model.name}`,
    inferenceProfileArn: `arn:${partitionOf(home.region)}:bedrock:${home.region}:${home.account}:inference-profile/${id}`,
    inferenceProfileId: id,
    models: modelArnsOf(id, model, home).map((modelArn) => ({ modelArn })),
    status: 'ACTIVE',
    type: 'SYSTEM_DEFINED',
  };
}

/** Where a cross-Region profile leads. A global one names its model without a Region too. */
function modelArnsOf(profileId: string, model: ServiceModel, home: Home): readonly string[] {
  const prefix = prefixOf(profileId);
  const regions = REGIONS[prefix] ?? [home.region];
  const modelArn = (region: string): string => `arn:${partitionOf(home.region)}:bedrock:${region}::foundation-model/${model.id}`;
  return prefix === 'global' ? [...regions.map(modelArn), modelArn('')] : regions.map(modelArn);
}

function prefixOf(profileId: string): string {
  return profileId.slice(0, profileId.indexOf('.'));
}
