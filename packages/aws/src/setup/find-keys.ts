import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { type CallOptions, InputError } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import type { RegionNeeds, SetupNeeds } from './needs.ts';
import { orNone } from './setup-step.ts';

/** Whether a key is named by an alias: policies name keys, and only KMS can tell which one it is. */
function isAlias(key: string | undefined): boolean {
  return key?.startsWith('alias/') || key?.includes(':alias/') || false;
}

/** The needs with ARNs in the place of aliases. Throws `BR-E0120` for an alias that its Region does not have. */
export async function withKeys(connection: ConnectionOptions, needs: SetupNeeds, calls: CallOptions): Promise<SetupNeeds> {
  const { elsewhere = [] } = needs;
  if (![needs, ...elsewhere].some(({ keyArn }) => isAlias(keyArn))) return needs;
  const found = async <T extends Pick<RegionNeeds, 'region' | 'keyArn'>>(place: T): Promise<T> => {
    const { region, keyArn } = place;
    if (keyArn === undefined || !isAlias(keyArn)) return place;
    return { ...place, keyArn: await findKey({ ...connection, region }, keyArn, calls) };
  };
  const others: RegionNeeds[] = [];
  for (const place of elsewhere) others.push(await found(place));
  return { ...(await found(needs)), ...(others.length > 0 && { elsewhere: others }), keysByAlias: true };
}

const IDLE_MS = 30_000;

async function findKey(connection: ConnectionOptions, alias: string, { signal }: CallOptions): Promise<string> {
  const client = new KMSClient(clientConfig(connection, IDLE_MS));
  try {
    const call = client.send(new DescribeKeyCommand({ KeyId: alias }), { abortSignal: signal });
    const arn = (await orNone(call, 'NotFoundException'))?.KeyMetadata?.Arn;
    if (arn !== undefined) return arn;
  } finally {
    client.destroy();
  }
  throw new InputError('BR-E0120', `--kms-key is ${JSON.stringify(alias)}; ${connection.region} has no key of that name`, {
    hint: 'make the alias there, or give --kms-key with a key for each Region, such as us-east-1=ARN,us-west-2=ARN',
    details: { option: 'kms-key', value: alias, region: connection.region ?? '' },
  });
}
