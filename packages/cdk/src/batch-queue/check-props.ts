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
import { has, oneOf, refuse, refuseText } from '../props/kinds';
import type { BatchQueueProps } from './batch-queue-props';

const ranges = {
  maxSubmittedAndInProgressJobs: { from: 1, why: 'jobs of a model at once' },
  maxRecordsPerJob: { from: 1, why: 'records of a job' },
  preprocessFunctionMemoryMb: memoryRange,
  postprocessFunctionMemoryMb: memoryRange,
  maxConcurrentFiles: concurrencyRange,
  maxConcurrentCollections: concurrencyRange,
} as const satisfies Partial<Record<keyof BatchQueueProps, NumberRange>>;

/** Throws where a prop is not of its kind or out of its range, with what is allowed. */
export function checkProps(props: BatchQueueProps): void {
  for (const name of Object.keys(ranges) as (keyof typeof ranges)[]) checkNumber(name, props[name], ranges[name]);
  checkBucket('bucket', props.bucket);
  if (props.bucket !== undefined && props.bucketName !== undefined) {
    refuseText('bucketName', 'the name of a new bucket, and bucket is given too', 'one of the two');
  }
  checkList('models', props.models, "a list of texts, such as ['us.amazon.nova-pro-v1:0']");
  if (props.modelId !== undefined && typeof props.modelId !== 'string') {
    refuse('modelId', props.modelId, "a text, such as 'us.amazon.nova-pro-v1:0'");
  }
  if (props.bedrockRole !== undefined && !has(props.bedrockRole, 'grantPassRole')) {
    refuse('bedrockRole', props.bedrockRole, "an iam.IRole, such as iam.Role.fromRoleArn(this, 'BedrockRole', arn)");
  }
  checkLedger(props.ledger, props.table);
  checkTopic('notificationTopic', props.notificationTopic);
  oneOf('logLevel', props.logLevel, LogLevel);
  oneOf('tracing', props.tracing, lambda.Tracing);
}
