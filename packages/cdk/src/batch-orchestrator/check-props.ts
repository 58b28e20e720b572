import { aws_lambda as lambda, Token } from 'aws-cdk-lib';
import { LogLevel } from '../bedrock-batch-stepfn/bedrock-batch-sfn-props';
import { type BatchOrchestratorProps, ResultsFormat } from './batch-orchestrator-props';

interface Range {
  readonly from: number;
  readonly to?: number;
  readonly why: string;
}

/** Lambda's own limits of memory end at 10,240 MB (Lambda quotas, 2026-11); below 512 MB the functions have no room to work. */
const memory: Range = { from: 512, to: 10_240, why: 'MB of memory of a function' };

const ranges = {
  maxSubmittedAndInProgressJobs: { from: 1, why: 'jobs of a model at once' },
  maxRecordsPerJob: { from: 1, why: 'records of a job' },
  maxTotalRecords: { from: 1, why: 'rows of a dataset' },
  preprocessFunctionMemoryMb: memory,
  postprocessFunctionMemoryMb: memory,
  // Lambda developer guide, "Configuring maximum concurrency for Amazon SQS event sources", 2026-11
  maxConcurrentCollections: { from: 2, to: 1000, why: 'calls at once, which Lambda limits for a queue' },
} as const satisfies Partial<Record<keyof BatchOrchestratorProps, Range>>;

/** Bedrock's bounds of `timeoutDurationInHours` (API reference of CreateModelInvocationJob, 2026-11). */
const hoursOfJob = { from: 24, to: 168 };
const defaultHours = 24;

/** Throws where a prop is not of its kind or out of its range, with what is allowed. */
export function checkProps(props: BatchOrchestratorProps): void {
  for (const name of Object.keys(ranges) as (keyof typeof ranges)[]) checkNumber(name, props[name], ranges[name]);
  if (props.bucket !== undefined) checkBucket('bucket', props.bucket);
  checkList('datasetBuckets', props.datasetBuckets, 'a list of buckets');
  for (const [i, bucket] of (props.datasetBuckets ?? []).entries()) checkBucket(`datasetBuckets[${i}]`, bucket);
  checkList('models', props.models, "a list of texts, such as ['us.amazon.nova-pro-v1:0']");
  if (props.table !== undefined && !has(props.table, 'grant')) {
    refuse('table', props.table, "a dynamodb.ITable, such as dynamodb.Table.fromTableName(this, 'Ledger', name)");
  }
  if (props.notificationTopic !== undefined && !has(props.notificationTopic, 'grantPublish')) {
    refuse('notificationTopic', props.notificationTopic, 'an sns.ITopic');
  }
  oneOf('resultsFormat', props.resultsFormat, ResultsFormat);
  oneOf('logLevel', props.logLevel, LogLevel);
  oneOf('tracing', props.tracing, lambda.Tracing);
}

/** The hours of a job's timeout. Throws when Bedrock would refuse them. */
export function jobHours({ bedrockBatchInferenceTimeout: timeout }: BatchOrchestratorProps): number {
  if (timeout === undefined) return defaultHours;
  const wanted = `a whole number of hours from ${hoursOfJob.from} to ${hoursOfJob.to}, such as cdk.Duration.hours(48)`;
  if (!has(timeout, 'toMinutes')) refuse('bedrockBatchInferenceTimeout', timeout, wanted);
  if (Token.isUnresolved(timeout) || timeout.isUnresolved()) return refuseText('bedrockBatchInferenceTimeout', 'a token', wanted);
  const hours = timeout.toMinutes({ integral: false }) / 60;
  if (Number.isInteger(hours) && hours >= hoursOfJob.from && hours <= hoursOfJob.to) return hours;
  return refuseText('bedrockBatchInferenceTimeout', timeout.toString(), wanted);
}

function checkNumber(name: string, value: unknown, { from, to, why }: Range): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= (to ?? value)) return;
  refuse(name, value, `a whole number ${to === undefined ? `of at least ${from}` : `from ${from} to ${to}`} (${why})`);
}

function checkBucket(name: string, bucket: unknown): void {
  if (typeof bucket === 'string')
    refuse(name, bucket, `an s3.IBucket, such as s3.Bucket.fromBucketName(this, 'Data', '${bucket}')`);
  if (!has(bucket, 'grantRead')) refuse(name, bucket, 'an s3.IBucket');
}

function checkList(name: string, value: unknown, wanted: string): void {
  if (value !== undefined && !Array.isArray(value)) refuse(name, value, wanted);
}

function has(value: unknown, method: string): boolean {
  return typeof (value as Record<string, unknown> | null)?.[method] === 'function';
}

function oneOf(name: string, value: unknown, values: Readonly<Record<string, string>>): void {
  const allowed = Object.values(values);
  if (value === undefined || allowed.some((one) => one === value)) return;
  refuse(name, value, `one of ${allowed.map((one) => `'${one}'`).join(', ')}`);
}

function refuse(name: string, value: unknown, wanted: string): never {
  refuseText(name, said(value), wanted);
}

function refuseText(name: string, value: string, wanted: string): never {
  throw new Error(`${name} is ${value}; give ${wanted}`);
}

function said(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' && value !== null ? `a ${value.constructor?.name ?? 'object'}` : String(value);
}
