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

/** The props that every construct on the engine has, before it is known that they are what they may be. */
export interface EngineProps {
  readonly maxSubmittedAndInProgressJobs?: unknown;
  readonly maxRecordsPerJob?: unknown;
  readonly preprocessFunctionMemoryMb?: unknown;
  readonly postprocessFunctionMemoryMb?: unknown;
  readonly maxConcurrentCollections?: unknown;
  readonly bucket?: unknown;
  readonly models?: unknown;
  readonly families?: unknown;
  readonly ledger?: unknown;
  readonly table?: unknown;
  readonly notificationTopic?: unknown;
  readonly logLevel?: unknown;
  readonly tracing?: unknown;
}

const ranges = {
  maxSubmittedAndInProgressJobs: { from: 1, why: 'jobs of a model at once' },
  maxRecordsPerJob: { from: 1, why: 'records of a job' },
  preprocessFunctionMemoryMb: memoryRange,
  postprocessFunctionMemoryMb: memoryRange,
  maxConcurrentCollections: concurrencyRange,
} as const satisfies Partial<Record<keyof EngineProps, NumberRange>>;

/** Throws where one of them is not of its kind or out of its range, with what is allowed. */
export function checkEngineProps(props: EngineProps): void {
  for (const name of Object.keys(ranges) as (keyof typeof ranges)[]) checkNumber(name, props[name], ranges[name]);
  checkBucket('bucket', props.bucket);
  checkList('models', props.models, "a list of texts, such as ['us.amazon.nova-pro-v1:0']");
  checkList('families', props.families, "a list of paths, such as ['./in-house.js']");
  checkLedger(props.ledger, props.table);
  checkTopic('notificationTopic', props.notificationTopic);
  oneOf('logLevel', props.logLevel, LogLevel);
  oneOf('tracing', props.tracing, lambda.Tracing);
}
