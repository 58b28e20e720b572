import { createHash } from 'node:crypto';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Rule } from '../events/index.ts';
import type { FunctionSettings } from '../functions/index.ts';
import type { Judge, Place, PolicyDocument } from '../judge/index.ts';
import type { Queues } from '../queues/index.ts';
import type { Mapping } from '../sources/index.ts';
import type { Json } from '../template/index.ts';
import type { Topics } from '../topics/index.ts';
import type { Properties } from './properties.ts';

/** The administrator's clients of what moto serves. */
export interface Clients {
  readonly dynamodb: DynamoDBClient;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
}

/** An alarm on a metric of one resource. */
export interface AlarmSettings {
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly threshold: number;
  readonly periodSeconds: number;
  /** How many periods, one after another, have to reach the threshold. */
  readonly evaluationPeriods: number;
}

/** What the stacks of the account share while they are made. */
export interface AccountState {
  readonly place: Place;
  readonly clients: Clients;
  readonly judge: Judge;
  readonly queues: Queues;
  readonly functions: Map<string, FunctionSettings>;
  /** The log group of each function, by its name. */
  readonly logGroups: Map<string, string>;
  readonly alarms: Map<string, AlarmSettings>;
  readonly topics: Topics;
  /** The buckets that tell EventBridge of their objects. */
  readonly tellingBuckets: Set<string>;
  /** False where what is behind the front has no versions of objects. */
  readonly keepsVersions: boolean;
  /** Policies that roles may name by their ARN. */
  readonly managedPolicies: Map<string, { readonly name: string; readonly document: PolicyDocument }>;
  /** What was made of each stack, by logical id. */
  readonly stacks: Map<string, ReadonlyMap<string, MadeResource>>;
  addFunction(settings: FunctionSettings): void;
  addRule(rule: Rule): void;
  /** Adds an event source mapping, or changes the one of its id. */
  setMapping(mapping: Mapping): void;
}

/** One resource to be made. */
export interface Making {
  readonly account: AccountState;
  readonly stackName: string;
  readonly logicalId: string;
  readonly properties: Properties;
  /** What stands there from before, where a stack is updated and this resource is to change in place. */
  readonly before?: Made;
  /** The folder of an asset, by the key that it is published under. */
  asset(key: string): string | undefined;
}

/** What others may refer to. */
export interface Made {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, Json>>;
}

/** A resource that was made, and of what. */
export interface MadeResource extends Made {
  readonly type: string;
  readonly properties: Properties;
}

/** Makes a resource of one type. */
export type Maker = (making: Making) => Promise<Made>;

/** The name of a resource whose template gives none: of its stack and its logical id, cut where that is too long. */
export function physicalName({ stackName, logicalId }: Making, most: number): string {
  const hash = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, 8);
  const [stack, id] = [stackName.slice(0, 20), logicalId.slice(0, most - 30)];
  return `${stack}-${id}-${hash}`;
}

/** Throws in an update: for resources that are made once and not changed here. */
export function refuseUpdate({ before, logicalId }: Making): void {
  if (before !== undefined) throw new Error(`${logicalId} would change, and a change of its type is not carried out here`);
}

/** The ARN of a resource of this account and Region. */
export function arnOf({ account }: Making, service: string, resource: string): string {
  const { partition, region, account: id } = account.place;
  return `arn:${partition}:${service}:${region}:${id}:${resource}`;
}

/** Throws unless a service may assume a role, as the service that takes the role over would refuse it. */
export async function requireTrust({ account }: Making, service: string, roleArn: string, sourceArn: string): Promise<void> {
  const principal = { kind: 'service', name: service, sourceArn } as const;
  const { allowed, reason } = await account.judge.judge(principal, { action: 'sts:AssumeRole', resource: roleArn, context: {} });
  if (!allowed) throw new Error(`${service} may not assume ${roleArn}: ${reason}`);
}
