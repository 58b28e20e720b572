import type { aws_dynamodb as dynamodb, aws_lambda as lambda, aws_s3 as s3, aws_sqs as sqs } from 'aws-cdk-lib';
import { grantLedger } from '../batch-ledger/ledger-table';
import { allow, type EngineJobs, grantBucket, grantJobs, grantObjects, writingActions } from '../engine/grants';
import type { RunFunctions } from './run-functions';

/** Where a run keeps what is its own, and where its results go; prompts lie below `prompts/`. */
const runKeys = 'runs/*';
const resultKeys = 'batch_output_parquet/*';
/** What a part may leave that was begun and given up: the next to write it removes it. Of a retry, that is its input alone. */
const inputKeys = 'runs/*/input/*';
const draftKeys = ['runs/*/rows/*', 'runs/*/outcomes/*', inputKeys];

/** What the functions work on. */
export interface RunResources extends EngineJobs {
  readonly bucket: s3.IBucket;
  readonly datasetBuckets: readonly s3.IBucket[];
  readonly table: dynamodb.ITable;
  readonly collectQueue: sqs.IQueue;
}

/** Gives each function what it does, and nothing else. */
export function grantRuns(functions: RunFunctions, resources: RunResources): void {
  const { bucket, datasetBuckets, table, collectQueue } = resources;
  const { prepare, follow, kick, collect, sweep } = functions;
  for (const each of functions.all) {
    grantLedger(table, each);
    // without it, S3 says of an object that is not there that one may not read it
    grantBucket(bucket, each, ['s3:ListBucket']);
    grantObjects(bucket, each, ['s3:GetObject'], runKeys);
    bucket.encryptionKey?.grantEncryptDecrypt(each);
  }
  for (const each of [prepare, follow, collect, sweep]) {
    grantObjects(bucket, each, writingActions, runKeys);
    for (const keys of each === prepare ? draftKeys : [inputKeys]) grantObjects(bucket, each, ['s3:DeleteObject'], keys);
  }
  for (const each of [prepare, functions.export]) grantObjects(bucket, each, ['s3:GetObject', ...writingActions], resultKeys);
  for (const source of [bucket, ...datasetBuckets]) grantDatasets(source, prepare);
  for (const each of functions.workers) grantJobs(each, resources);
  // tokens of tasks know no resource (service authorization reference, 2026-11)
  for (const each of functions.workers) allow(each, ['states:SendTaskSuccess', 'states:SendTaskFailure'], ['*']);
  allow(sweep, ['states:SendTaskHeartbeat'], ['*']);
  for (const each of [kick, sweep]) allow(each, ['sqs:SendMessage'], [collectQueue.queueArn]);
}

/** Datasets and prompts, wherever they lie. */
function grantDatasets(bucket: s3.IBucket, grantee: lambda.Function): void {
  grantBucket(bucket, grantee, ['s3:ListBucket']);
  grantObjects(bucket, grantee, ['s3:GetObject'], '*');
  bucket.encryptionKey?.grantDecrypt(grantee);
}
