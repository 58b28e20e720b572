import type { S3Sources } from '@batchrock/aws';
import { askLocalBedrock } from '../compose/local-bedrock.ts';
import { LOCAL_CREDENTIALS, namesIdentity } from '../compose/local-credentials.ts';
import { checkedUrl } from '../compose/target.ts';

/** Where S3 is for datasets: at AWS unless an endpoint says otherwise. */
export interface S3Place {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** S3 elsewhere; goes before `endpointUrl`, which has Bedrock too. */
  readonly s3EndpointUrl?: string;
  readonly endpointUrl?: string;
  readonly region?: string;
  readonly profile?: string;
  /** Hears of a server that does not answer. */
  readonly notice?: (text: string) => void;
}

/** Where a bucket is asked for when nobody names a Region: it answers for all of them, and says where the bucket is. */
const FIRST_REGION = 'us-east-1';

/** Connects to S3 for reading datasets. */
export async function openS3(place: S3Place): Promise<S3Sources> {
  const { env } = place;
  const endpoint = endpointOf(place);
  const profile = place.profile ?? given(env['AWS_PROFILE']);
  const isOpen = endpoint !== undefined && (!namesIdentity(profile, env) || (await askLocalBedrock(endpoint)) !== undefined);
  // the AWS SDK takes most of a second to load
  const { createS3Sources } = await import('@batchrock/aws');
  return createS3Sources({
    endpoint,
    region: place.region ?? given(env['AWS_REGION']) ?? given(env['AWS_DEFAULT_REGION']) ?? FIRST_REGION,
    ...(isOpen ? { credentials: LOCAL_CREDENTIALS } : { profile }),
    ...(place.notice && { onWaiting: place.notice }),
  });
}

function endpointOf({ env, s3EndpointUrl, endpointUrl }: S3Place): string | undefined {
  const named = [
    ['--s3-endpoint-url', s3EndpointUrl ?? given(env['BATCHROCK_S3_ENDPOINT_URL'])],
    ['--endpoint-url', endpointUrl ?? given(env['BATCHROCK_ENDPOINT_URL'])],
    ['AWS_ENDPOINT_URL_S3', given(env['AWS_ENDPOINT_URL_S3']) ?? given(env['AWS_ENDPOINT_URL'])],
  ] as const;
  const [name, url] = named.find(([, value]) => value !== undefined) ?? [];
  return url === undefined ? undefined : checkedUrl(url, name ?? '');
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
