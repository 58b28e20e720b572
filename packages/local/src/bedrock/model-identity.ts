import { type ApplicationProfiles, openApplicationProfiles } from './application-profiles.ts';
import { addedModel, SERVICE_MODELS, type ServiceModel } from './model-table.ts';
import { AwsError } from './service-error.ts';

/** Where the service runs: what its ARNs are made of. */
export interface Home {
  readonly account: string;
  readonly region: string;
}

/** A model as a request named it. */
export interface ModelIdentity {
  readonly model: ServiceModel;
  /** What Get and List return: always an ARN. */
  readonly arn: string;
  readonly kind: 'foundation-model' | 'inference-profile' | 'application-inference-profile' | 'custom-model';
  /** `us.anthropic.…`, for a profile. */
  readonly profileId?: string;
}

/** Prefixes of cross-Region inference profiles (User Guide, inference profiles, 2026-11). */
export const PROFILE_PREFIXES = ['us', 'us-gov', 'eu', 'apac', 'jp', 'au', 'ca', 'global'] as const;

const ARN = /^arn:(aws(?:-[^:]+)?):bedrock:([a-z0-9-]+):([0-9]{12})?:([a-z-]+)\/(.+)$/;

/** The models of one server: the service's, and those that the user added. */
export interface ModelTable {
  readonly models: readonly ServiceModel[];
  /** Profiles that users made, which lead to some of them. */
  readonly profiles: ApplicationProfiles;
  find(id: string): ServiceModel | undefined;
}

/** `vendor.name`, and no profile. */
const BARE_ID = new RegExp(`^(?!(?:${PROFILE_PREFIXES.join('|')})\\.)[a-z0-9-]+\\.[a-z0-9.:-]+$`);

/** The service's models and some more by id; with `takesAny` each other id that is asked for, from then on. */
export function createModelTable(
  addedIds: readonly string[] = [],
  takesAny = false,
  profiles = openApplicationProfiles(),
): ModelTable {
  const byId = new Map(SERVICE_MODELS.map((model) => [model.id, model]));
  for (const id of addedIds) if (!byId.has(id)) byId.set(id, addedModel(id));
  return {
    profiles,
    get models() {
      return [...byId.values()];
    },
    find(id) {
      if (takesAny && !byId.has(id) && BARE_ID.test(id)) byId.set(id, addedModel(id));
      return byId.get(id);
    },
  };
}

/** `aws`, `aws-cn` or `aws-us-gov`, by the Region. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Finds the model behind an id, a profile id or an ARN of any partition; a `ValidationException` when there is none. */
export function identifyModel(modelId: string, table: ModelTable, home: Home): ModelIdentity {
  const [, , , , resource, name] = ARN.exec(modelId) ?? [];
  const found = resource === undefined ? byBareId(modelId, table, home) : byArn(modelId, resource, name ?? '', table);
  if (found === undefined) throw new AwsError('ValidationException', 'The provided model identifier is invalid.');
  return found;
}

function byBareId(id: string, table: ModelTable, home: Home): ModelIdentity | undefined {
  const start = `arn:${partitionOf(home.region)}:bedrock:${home.region}`;
  const model = table.find(id);
  if (model !== undefined) return { model, kind: 'foundation-model', arn: `${start}::foundation-model/${id}` };
  const profiled = modelOfProfile(id, table);
  if (profiled === undefined) return undefined;
  return { model: profiled, kind: 'inference-profile', profileId: id, arn: `${start}:${home.account}:inference-profile/${id}` };
}

function byArn(arn: string, resource: string, name: string, table: ModelTable): ModelIdentity | undefined {
  if (resource === 'foundation-model') {
    const model = table.find(name);
    return model && { model, kind: 'foundation-model', arn };
  }
  if (resource === 'inference-profile') {
    const model = modelOfProfile(name, table);
    return model && { model, kind: 'inference-profile', profileId: name, arn };
  }
  if (resource === 'application-inference-profile') {
    const model = table.find(table.profiles.get(name)?.baseModelId ?? '');
    return model && { model, kind: 'application-inference-profile', arn };
  }
  if (resource !== 'custom-model') return undefined;
  const base = name.slice(0, name.lastIndexOf('/'));
  const model = table.models.find(({ id }) => base === id || base.startsWith(`${id}:`) || base.startsWith(`${id}.`));
  return model && { model, kind: 'custom-model', arn };
}

/** The model of a profile id such as `us.anthropic.claude-…`; undefined when it is none. */
export function modelOfProfile(profileId: string, table: ModelTable): ServiceModel | undefined {
  const dot = profileId.indexOf('.');
  if (!PROFILE_PREFIXES.some((prefix) => prefix === profileId.slice(0, dot))) return undefined;
  const model = table.find(profileId.slice(dot + 1));
  return model?.profiles ? model : undefined;
}

/** Refuses a model that is reached through profiles only, when it was named by itself, in the service's words. */
export function refuseUnreachable({ model, kind }: ModelIdentity): void {
  if (kind !== 'foundation-model' || model.direct) return;
  throw new AwsError(
    'ValidationException',
    `Invocation of model ID ${model.id} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
  );
}
