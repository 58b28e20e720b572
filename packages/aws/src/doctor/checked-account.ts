import { BedrockClient } from '@aws-sdk/client-bedrock';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import type { CallOptions, ModelDescription } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import type { CallerIdentity } from '../setup/account-setup.ts';
import type { SetupNeeds } from '../setup/needs.ts';

/** What is looked at of keys and models, and by what. */
export interface ServiceQuestion {
  readonly connection: ConnectionOptions;
  readonly region: string;
  /** Id or ARN of the model; absent: what depends on one is not looked at. */
  readonly model?: string;
  /** What the catalogue knows of it; absent: nothing. */
  readonly known?: ModelDescription;
  /** Whether a job of this name is one of ours. */
  readonly isOwn: (jobName: string) => Promise<boolean>;
}

/** Another Region that jobs may run in. */
export interface RegionQuestion {
  readonly region: string;
  readonly bucket: string;
  /** As in the question, of that Region. */
  readonly kmsKey?: string;
}

/** The same, and a bucket and a role. */
export interface AccountQuestion extends ServiceQuestion {
  /** A local Bedrock, which has buckets, models and quotas, and no identities, roles and keys. */
  readonly isLocal: boolean;
  /** Of S3 alone; default: as the others. */
  readonly s3Endpoint?: string;
  readonly bucket: string;
  readonly outputBucket?: string;
  readonly prefix: string;
  readonly roleArn: string;
  /** The account of the buckets; default: that of the caller. */
  readonly bucketOwner?: string;
  /** Key of KMS that what is written is encrypted by; default: as the bucket encrypts. */
  readonly kmsKey?: string;
  /** Input of jobs is tagged, for the lifecycle of the bucket. */
  readonly tagsInput: boolean;
  /** Looked at in the same way, each with its bucket. Default: none. */
  readonly elsewhere?: readonly RegionQuestion[];
  /** Tails of runs are to go on demand. */
  readonly onDemand?: true;
  /** The only Regions that rows may come to. Default: any. */
  readonly residency?: readonly string[];
}

/** Clients of all services that are asked. */
export interface DoctorClients {
  readonly s3: S3Client;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly kms: KMSClient;
  readonly bedrock: BedrockClient;
  readonly quotas: ServiceQuotasClient;
}

/** What checks know of those before them, in whichever Region. */
export interface SharedFindings {
  /** Of the caller, once it is known. */
  identity?: CallerIdentity;
  /** Keys of the buckets by their Regions, once they are known. */
  readonly keys: Map<string, string>;
}

/** An account as one Region sees it. */
export interface CheckedAccount {
  /** Of this Region. */
  readonly question: AccountQuestion;
  /** As it was asked, with all Regions. */
  readonly whole: AccountQuestion;
  readonly clients: DoctorClients;
  readonly calls: CallOptions;
  readonly shared: SharedFindings;
  /** The models behind the profile, once they are known. */
  modelArns?: readonly string[];
}

const IDLE_MS = 30_000;

/** Opens the clients; `closeClients` ends them. */
function openClients({ connection, s3Endpoint }: AccountQuestion): DoctorClients {
  const config = clientConfig(connection, IDLE_MS);
  const endpoint = s3Endpoint ?? connection.endpoint;
  return {
    s3: new S3Client({ ...config, ...(endpoint === undefined ? {} : { endpoint }), forcePathStyle: endpoint !== undefined }),
    iam: new IAMClient(config),
    sts: new STSClient(config),
    kms: new KMSClient(config),
    bedrock: new BedrockClient(config),
    quotas: new ServiceQuotasClient(config),
  };
}

/** Ends all connections. */
export function closeClients(clients: DoctorClients): void {
  for (const client of Object.values(clients)) client.destroy();
}

/** Opens an account in each Region that is asked about, the first one first. */
export function openRegions(whole: AccountQuestion, calls: CallOptions): readonly [CheckedAccount, ...CheckedAccount[]] {
  const shared: SharedFindings = { keys: new Map() };
  const open = (question: AccountQuestion): CheckedAccount => ({
    question,
    whole,
    clients: openClients(question),
    calls,
    shared,
  });
  const others = (whole.elsewhere ?? []).map((place) => {
    // Bedrock writes into another bucket in the first Region alone
    const { outputBucket: _, kmsKey: __, connection, ...same } = whole;
    return open({ ...same, ...place, connection: { ...connection, region: place.region } });
  });
  return [open(whole), ...others];
}

/** Every Region that is asked about. */
export function regionsOf({ region, elsewhere = [] }: AccountQuestion): readonly string[] {
  return [region, ...elsewhere.map((each) => each.region)];
}

/** The key of this Region's bucket, once that is known. */
export function keyOf({ question, shared }: CheckedAccount): string | undefined {
  return shared.keys.get(question.region);
}

/** What `setup` would be asked for, to have what is looked at in this Region. */
export function needsOf(checked: CheckedAccount): SetupNeeds {
  const { region, bucket, outputBucket, prefix, roleArn, model } = checked.question;
  const { identity } = checked.shared;
  const key = keyOf(checked);
  const [, partition = 'aws', , , account = '', role = ''] = roleArn.split(':');
  return {
    partition: identity?.partition ?? partition,
    account: identity?.account ?? account,
    region,
    bucket,
    ...(outputBucket === undefined ? {} : { outputBucket }),
    prefix,
    roleName: role.split('/').at(-1) ?? '',
    callerPolicyName: '',
    models: model === undefined ? [] : [model],
    ...(key === undefined ? {} : { keyArn: key }),
    inputDays: 30,
  };
}

/** The command that mends most of what may be wrong. It names every Region: those that it does not are taken from the role. */
export function setupCommand({ whole, shared }: CheckedAccount): string {
  const { bucket, prefix, region, model, roleArn, onDemand, elsewhere = [] } = whole;
  const key = keyWords(whole, shared);
  const others = elsewhere.map((each) => `,${each.region}=${each.bucket}`).join('');
  const words = [
    `batchrock setup --model ${model ?? 'ID'}`,
    `--region ${region}`,
    `--bucket ${bucket}`,
    ...(others === '' ? [] : [`--regions ${region}${others}`]),
    ...(prefix === '' ? [] : [`--prefix ${prefix}`]),
    `--role-name ${roleArn.split('/').at(-1)}`,
    ...(key === undefined ? [] : [`--kms-key ${key}`]),
    ...(onDemand ? ['--tail on-demand'] : []),
  ];
  return words.join(' ');
}

/** The keys of the buckets as `setup` takes them: one, or one for each Region. */
function keyWords(whole: AccountQuestion, { keys }: SharedFindings): string | undefined {
  const regions = regionsOf(whole);
  if (keys.size === 0 || regions.length === 1) return keys.get(whole.region);
  return regions.map((region) => `${region}=${keys.get(region) ?? 'KEY'}`).join(',');
}
