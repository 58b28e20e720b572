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

/** What checks know of those before them. */
export interface CheckedAccount {
  readonly question: AccountQuestion;
  readonly clients: DoctorClients;
  readonly calls: CallOptions;
  /** Of the caller, once it is known. */
  identity?: CallerIdentity;
  /** Key of the bucket, once that is known. */
  key?: string;
  /** The models behind the profile, once they are known. */
  modelArns?: readonly string[];
}

const IDLE_MS = 30_000;

/** Opens the clients; `closeClients` ends them. */
export function openClients({ connection, s3Endpoint }: AccountQuestion): DoctorClients {
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

/** What `setup` would be asked for, to have what is looked at. */
export function needsOf({ question, identity, key }: CheckedAccount): SetupNeeds {
  const { region, bucket, outputBucket, prefix, roleArn, model } = question;
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

/** The command that mends most of what may be wrong. */
export function setupCommand({ question: { bucket, prefix, region, model, roleArn }, key }: CheckedAccount): string {
  const words = [
    `batchrock setup --model ${model ?? 'ID'}`,
    `--region ${region}`,
    `--bucket ${bucket}`,
    ...(prefix === '' ? [] : [`--prefix ${prefix}`]),
    `--role-name ${roleArn.split('/').at(-1)}`,
    ...(key === undefined ? [] : [`--kms-key ${key}`]),
  ];
  return words.join(' ');
}
