import { aws_lambda as lambda } from 'aws-cdk-lib';
import { LogLevel } from '../functions/log-level';
import {
  checkBucket,
  checkLedger,
  checkList,
  checkNumber,
  checkTopic,
  concurrencyRange,
  memoryRange,
  type NumberRange,
} from '../props/checks';
import { oneOf } from '../props/kinds';
import { type BatchOrchestratorProps, ResultsFormat } from './batch-orchestrator-props';

const ranges = {
  maxSubmittedAndInProgressJobs: { from: 1, why: 'jobs of a model at once' },
  maxRecordsPerJob: { from: 1, why: 'records of a job' },
  maxTotalRecords: { from: 1, why: 'rows of a dataset' },
  preprocessFunctionMemoryMb: memoryRange,
  postprocessFunctionMemoryMb: memoryRange,
  maxConcurrentCollections: concurrencyRange,
} as const satisfies Partial<Record<keyof BatchOrchestratorProps, NumberRange>>;

/** Throws where a prop is not of its kind or out of its range, with what is allowed. */
export function checkProps(props: BatchOrchestratorProps): void {
  for (const name of Object.keys(ranges) as (keyof typeof ranges)[]) checkNumber(name, props[name], ranges[name]);
  checkBucket('bucket', props.bucket);
  checkList('datasetBuckets', props.datasetBuckets, 'a list of buckets');
  for (const [i, bucket] of (props.datasetBuckets ?? []).entries()) checkBucket(`datasetBuckets[${i}]`, bucket);
  checkList('models', props.models, "a list of texts, such as ['us.amazon.nova-pro-v1:0']");
  checkLedger(props.ledger, props.table);
  checkTopic('notificationTopic', props.notificationTopic);
  oneOf('resultsFormat', props.resultsFormat, ResultsFormat);
  oneOf('logLevel', props.logLevel, LogLevel);
  oneOf('tracing', props.tracing, lambda.Tracing);
}
