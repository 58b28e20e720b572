import type { aws_dynamodb as dynamodb, aws_lambda as lambda, aws_s3 as s3, aws_sns as sns, aws_sqs as sqs } from 'aws-cdk-lib';
import { grantLedger } from '../batch-ledger/ledger-table';
import { allow, type EngineJobs, grantBucket, grantJobs, grantObjects, writingActions } from '../engine/grants';
import { intakeFolder } from './file-events';
import type { FileFunctions } from './file-functions';

/** Where a file's run keeps what is its own, where its results go, and where files go that cannot be used. */
const runKeys = 'runs/*';
const resultKeys = 'processed/*';
const failedKeys = 'failed/*';
const intakeKeys = `${intakeFolder}*`;
/** What a part may leave that was begun and given up: the next to write it removes it. Of a retry, that is its input alone. */
const inputKeys = 'runs/*/input/*';
const draftKeys = ['runs/*/rows/*', 'runs/*/outcomes/*', inputKeys];

/** What the functions work on. */
export interface FileResources extends EngineJobs {
  readonly bucket: s3.IBucket;
  readonly table: dynamodb.ITable;
  readonly intakeQueue: sqs.IQueue;
  readonly collectQueue: sqs.IQueue;
  readonly finishQueue: sqs.IQueue;
  readonly topic: sns.ITopic;
}

/** Gives each function what it does, and nothing else. */
export function grantFiles(functions: FileFunctions, resources: FileResources): void {
  const { take, kick, collect, finish, change, sweep } = functions;
  const { bucket, table, intakeQueue, collectQueue, finishQueue, topic } = resources;
  for (const each of functions.all) {
    grantLedger(table, each);
    // without it, S3 says of an object that is not there that one may not read it
    grantBucket(bucket, each, ['s3:ListBucket']);
    grantObjects(bucket, each, ['s3:GetObject'], runKeys);
    bucket.encryptionKey?.grantEncryptDecrypt(each);
  }
  for (const each of [take, collect, finish, change, sweep]) grantObjects(bucket, each, writingActions, runKeys);
  for (const each of [take, collect, change, sweep]) {
    for (const keys of each === take ? draftKeys : [inputKeys]) grantObjects(bucket, each, ['s3:DeleteObject'], keys);
  }
  grantIntake(bucket, functions);
  for (const each of [take, finish]) grantObjects(bucket, each, ['s3:GetObject', ...writingActions], resultKeys);
  // whoever tells a task that waits says where the results are
  grantObjects(bucket, change, ['s3:GetObject'], resultKeys);
  for (const each of [take, kick, collect, change, sweep]) grantJobs(each, resources);
  for (const each of [take, change, sweep]) send(each, intakeQueue);
  for (const each of [kick, sweep]) send(each, collectQueue);
  for (const each of functions.all) send(each, finishQueue);
  for (const each of [take, finish, change]) {
    topic.grantPublish(each);
    // tokens of tasks know no resource (service authorization reference, 2026-11)
    allow(each, ['states:SendTaskSuccess', 'states:SendTaskFailure'], ['*']);
  }
  allow(sweep, ['states:SendTaskHeartbeat'], ['*']);
}

/** Files are read where they were put, and moved from there when they cannot be used. */
function grantIntake(bucket: s3.IBucket, { take, finish, change }: FileFunctions): void {
  for (const each of [take, finish, change]) {
    grantObjects(bucket, each, ['s3:GetObject', 's3:DeleteObject'], intakeKeys);
    grantObjects(bucket, each, writingActions, failedKeys);
  }
}

function send(grantee: lambda.Function, queue: sqs.IQueue): void {
  allow(grantee, ['sqs:SendMessage'], [queue.queueArn]);
}
