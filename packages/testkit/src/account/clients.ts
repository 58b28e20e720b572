import { BedrockClient } from '@aws-sdk/client-bedrock';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ADMINISTRATOR } from './front/index.ts';
import type { Clients } from './resources/index.ts';

/** The administrator's clients: those that stacks are made with, Bedrock's, and KMS's, here and in the other Region of set-ups of two. */
export type AccountClients = Clients & {
  readonly bedrock: BedrockClient;
  readonly kms: KMSClient;
  readonly kmsElsewhere: KMSClient;
};

const ELSEWHERE = 'us-west-2';

/** Opens clients at the front; `destroyClients` closes them. */
export function createClients(endpoint: string, region: string): AccountClients {
  const options = { endpoint, region, credentials: ADMINISTRATOR };
  return {
    bedrock: new BedrockClient(options),
    dynamodb: new DynamoDBClient(options),
    iam: new IAMClient(options),
    kms: new KMSClient(options),
    kmsElsewhere: new KMSClient({ ...options, region: ELSEWHERE }),
    logs: new CloudWatchLogsClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    sfn: new SFNClient(options),
    sqs: new SQSClient(options),
  };
}

/** Closes the connections of all clients. */
export function destroyClients(clients: AccountClients): void {
  for (const client of Object.values(clients)) client.destroy();
}
