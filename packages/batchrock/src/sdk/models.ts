import { describeModel, describeModels, InputError, type ModelDescription } from '@batchrock/core';
import { LOCAL_CREDENTIALS, namesIdentity } from '../compose/local-credentials.ts';
import { catalogueFrom } from '../request/catalogue-file.ts';

/** A model of the catalogue, and under which ids a Region offers it, where one was asked. */
export interface KnownModel extends ModelDescription {
  readonly offered?: readonly string[];
}

/** Which Region is asked, and how. */
export interface OfferQuestion {
  /** Default: `AWS_REGION`, else `AWS_DEFAULT_REGION`. */
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** A server in the place of Bedrock; default: `BATCHROCK_ENDPOINT_URL`, else AWS. */
  readonly endpointUrl?: string | undefined;
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Every model of the catalogue (`catalogue`: a file that changes it), or the one of an id. Throws `BR-E0105` with the nearest ids
 * for one that is not known.
 */
export function knownModels(id?: string, catalogue?: string): readonly KnownModel[] {
  const entries = catalogueFrom(catalogue);
  return id === undefined ? describeModels(entries) : [describeModel(id, entries)];
}

/** The models of those that a Region offers, with the ids to ask for. Throws `BR-E0112` when no Region is named. */
export async function offeredModels(models: readonly KnownModel[], question: OfferQuestion): Promise<readonly KnownModel[]> {
  const env = question.env ?? process.env;
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const endpoint = question.endpointUrl ?? given('BATCHROCK_ENDPOINT_URL');
  const region = question.region ?? given('AWS_REGION') ?? given('AWS_DEFAULT_REGION');
  const profile = question.profile ?? given('AWS_PROFILE');
  if (region === undefined && endpoint === undefined) {
    throw new InputError('BR-E0112', 'a Region has to be asked which models it offers, and none is named', {
      hint: 'give --region NAME or set AWS_REGION',
    });
  }
  const { listOfferedModels } = await import('@batchrock/aws');
  const asked = {
    region: region ?? 'us-east-1',
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint !== undefined && !namesIdentity(profile, env) ? { credentials: LOCAL_CREDENTIALS } : {}),
  };
  const { direct, profiles } = await listOfferedModels(asked, question.signal);
  const withOffer = models.map((model) => ({
    ...model,
    offered: [...direct.filter((id) => id === model.id), ...profiles.filter((id) => id.endsWith(`.${model.id}`))],
  }));
  return withOffer.filter(({ offered }) => offered.length > 0);
}
