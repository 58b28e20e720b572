import { type Permission, type Place, permission } from '../judge/index.ts';
import { isObject, jsonBody, type Naming } from './call.ts';

const JOB = /^\/model-invocation-job\/([^/]+)(\/stop)?$/;
const TAGGING: Readonly<Record<string, string>> = {
  '/tagResource': 'TagResource',
  '/untagResource': 'UntagResource',
  '/listTagsForResource': 'ListTagsForResource',
};
/** The geographies that inference profiles of the service begin with. */
const PROFILE = /^(us|us-gov|eu|apac|jp|au|ca|sa|me|global)\.[a-z0-9-]+\./;
/** One of them, or one of the account, by its id or ARN. */
const PROFILE_OF = /^\/inference-profiles\/([^/]+)$/;
/** Calls that ask what there is, and name nothing of the account. */
const LOOKS: readonly (readonly [path: RegExp, action: string])[] = [
  [/^\/foundation-models$/, 'ListFoundationModels'],
  [/^\/inference-profiles$/, 'ListInferenceProfiles'],
  [/^\/foundation-model-availability\/[^/]+$/, 'GetFoundationModelAvailability'],
];
const BEDROCK = 'bedrock.amazonaws.com';
/** Both operations are one action (Service Authorization Reference, 2026-11). */
const ON_DEMAND = /^\/model\/([^/]+)\/(?:invoke|converse)$/;
/** Where a geographic profile may send a request: the Regions of Nova Lite (User Guide, inference-profiles-support, 2026-11). */
const DESTINATIONS: Readonly<Record<string, readonly string[]>> = {
  us: ['us-east-1', 'us-east-2', 'us-west-2'],
  eu: ['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-3'],
  apac: ['ap-northeast-1', 'ap-northeast-2', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2'],
};

/** What a call of Bedrock for batch inference, or of a model, needs, of its caller and of the role of the job. */
export const bedrockPermissions: Naming = (request, place) => {
  const { method, path } = request;
  if (path === '/model-invocation-job' && method === 'POST') return creation(jsonBody(request), place);
  if (path === '/model-invocation-jobs') return [permission('bedrock:ListModelInvocationJobs', '*')];
  const [, model] = ON_DEMAND.exec(path) ?? [];
  if (model !== undefined && method === 'POST') return invocation(decodeURIComponent(model), place);
  const [, profile] = PROFILE_OF.exec(path) ?? [];
  if (profile !== undefined && method === 'GET') {
    return [permission('bedrock:GetInferenceProfile', profileArn(decodeURIComponent(profile), place))];
  }
  const look = LOOKS.find(([of]) => method === 'GET' && of.test(path));
  if (look !== undefined) return [permission(`bedrock:${look[1]}`, '*')];
  const tagging = TAGGING[path];
  if (tagging !== undefined) return [permission(`bedrock:${tagging}`, String(jsonBody(request)['resourceARN']))];
  const [, encoded, stop] = JOB.exec(path) ?? [];
  if (encoded === undefined) return [];
  const id = decodeURIComponent(encoded);
  const action = stop === undefined ? 'GetModelInvocationJob' : 'StopModelInvocationJob';
  return [permission(`bedrock:${action}`, id.startsWith('arn:') ? id : jobArn(place, id))];
};

/** The ARNs that a model of a request stands for: a profile also for the model behind it. */
function modelArns(modelId: string, { partition, region, account }: Place): readonly string[] {
  if (modelId.startsWith('arn:')) return [modelId];
  const foundation = (id: string): string => `arn:${partition}:bedrock:${region}::foundation-model/${id}`;
  if (!PROFILE.test(modelId)) return [foundation(modelId)];
  const behind = modelId.slice(modelId.indexOf('.') + 1);
  return [`arn:${partition}:bedrock:${region}:${account}:inference-profile/${modelId}`, foundation(behind)];
}

/**
 * What asking a model needs. Of a cross-Region profile: the profile, and the model in each Region that it may send the request to, since a
 * policy that leaves one out refuses some requests and not others; a global one names its model without a Region too.
 */
function invocation(modelId: string, place: Place): readonly Permission[] {
  const [first = '', ...behind] = modelArns(modelId, place);
  const geography = PROFILE.exec(modelId)?.[1];
  if (geography === undefined) return [permission('bedrock:InvokeModel', first)];
  const regions = DESTINATIONS[geography] ?? (geography === 'global' ? [place.region, ''] : [place.region]);
  const through = regions.flatMap((region) =>
    behind.map((arn) =>
      permission('bedrock:InvokeModel', arn.replace(`:${place.region}::`, `:${region}::`), {
        'bedrock:InferenceProfileArn': first,
        'aws:RequestedRegion': region === '' ? 'unspecified' : region,
      }),
    ),
  );
  return [permission('bedrock:InvokeModel', first), ...through];
}

function profileArn(id: string, { partition, region, account }: Place): string {
  if (id.startsWith('arn:')) return id;
  const kind = PROFILE.test(id) ? 'inference-profile' : 'application-inference-profile';
  return `arn:${partition}:bedrock:${region}:${account}:${kind}/${id}`;
}

/**
 * Create: on the models and on the job that comes into being, PassRole for the role that is handed over, and that Bedrock
 * may assume this role for a job of this account and may then invoke the models by it.
 */
function creation(body: Readonly<Record<string, unknown>>, place: Place): readonly Permission[] {
  const roleArn = String(body['roleArn'] ?? '');
  const modelId = String(body['modelId'] ?? '');
  const models = modelArns(modelId, place);
  // The id of the job is not known before the call; it stands for any.
  const job = jobArn(place, '000000000000');
  const role = { kind: 'role', roleArn } as const;
  const service = { kind: 'service', name: BEDROCK, sourceArn: job } as const;
  const tags = Array.isArray(body['tags']) ? body['tags'].filter(isObject) : [];
  const tagContext = {
    'aws:TagKeys': tags.map(({ key }) => String(key)),
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${String(key)}`, String(value)])),
  };
  const context = tags.length === 0 ? {} : tagContext;
  return [
    ...[...models, job].map((resource) => permission('bedrock:CreateModelInvocationJob', resource, context)),
    ...(tags.length === 0 ? [] : [permission('bedrock:TagResource', job, context)]),
    permission('iam:PassRole', roleArn, { 'iam:PassedToService': BEDROCK }),
    { ...permission('sts:AssumeRole', roleArn), principal: service },
    ...invocation(modelId, place).map((each) => ({ ...each, principal: role })),
  ];
}

function jobArn({ partition, region, account }: Place, id: string): string {
  return `arn:${partition}:bedrock:${region}:${account}:model-invocation-job/${id}`;
}
