import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { InputError } from '@batchrock/core';
import { toolError } from './tool-error.ts';

/** Whose account, which Region, and the keys to it. */
export interface Identity {
  readonly account: string;
  readonly region: string;
  /** Who calls, as AWS names them. */
  readonly caller: string;
  readonly credentials: ReturnType<typeof fromNodeProviderChain>;
}

/** What a command line says of it. */
export interface IdentityOptions {
  readonly region?: string;
  readonly profile?: string;
}

/** Codes of Regions in every partition: us-east-1, us-gov-west-1, eu-isoe-west-1, eusc-de-east-1. */
const REGION = /^[a-z]{2,4}(-[a-z]{2,})+-\d{1,2}$/;

/**
 * Who is asking, by the usual chain of credentials: environment, profile, single sign-on, role of the machine. Throws `BR-E0112`
 * where no Region is said, and `BR-E0501` where there are no keys or they are refused.
 */
export async function findIdentity({ profile, region }: IdentityOptions): Promise<Identity> {
  const found = region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? (await regionOfProfile(profile));
  if (found === undefined || found === '') {
    throw new InputError('BR-E0112', 'no Region is given', { hint: 'give --region NAME or set AWS_REGION' });
  }
  if (!REGION.test(found)) {
    throw new InputError('BR-E0120', `--region is ${JSON.stringify(found)}; allowed: the code of a Region, such as us-east-1`);
  }
  const credentials = fromNodeProviderChain({ profile, clientConfig: { region: found } });
  const sts = new STSClient({ region: found, credentials });
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account ?? '', region: found, caller: Arn ?? '', credentials };
  } catch (error) {
    throw toolError(error, 'GetCallerIdentity');
  } finally {
    sts.destroy();
  }
}

async function regionOfProfile(profile: string | undefined): Promise<string | undefined> {
  const sts = new STSClient({ profile });
  try {
    return await sts.config.region();
  } catch {
    return undefined;
  } finally {
    sts.destroy();
  }
}
