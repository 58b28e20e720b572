import type { Construct } from 'constructs';
import type { IBatchQueue } from '../batch-queue/i-batch-queue';
import { grantReading, grantWriting } from '../batch-queue/other-buckets';
import type { BedrockBatchSfnProps } from './bedrock-batch-sfn-props';
import { EnqueueManifestTask } from './enqueue-manifest-task';
import { keyPrefix } from './key-prefix';
import type { StateNames } from './state-names';

/** Props of jobs, which a queue has in the place of its fragments. */
const ofTheQueue = [
  'bedrockBatchPolicy',
  'models',
  'timeout',
  'toleratedFailure',
  'modelInvocationType',
  'outputEncryptionKey',
  'vpc',
  'vpcSubnets',
  'securityGroups',
  'jobTags',
  'inputBucketOwner',
  'outputBucketOwner',
  'logRetention',
  'logLevel',
  'tracing',
  'sweepInterval',
] as const satisfies readonly (keyof BedrockBatchSfnProps)[];

/**
 * The jobs of a fragment whose manifests go through a queue: lets the functions of the queue read them and write their output, and
 * gives the task that enqueues one. Throws for props that only a fragment with jobs of its own has.
 */
export function queuedJobs(scope: Construct, queue: IBatchQueue, props: BedrockBatchSfnProps) {
  const given = ofTheQueue.find((name) => props[name] !== undefined);
  if (given !== undefined) {
    throw new Error(`${given} is given beside queue, whose jobs have settings of their own; leave ${given} out, or queue`);
  }
  const outputPrefix = keyPrefix(scope, 'outputPrefix', props.outputPrefix ?? 'output/');
  const inputPrefix = keyPrefix(scope, 'inputPrefix', props.inputPrefix ?? '');
  const { bedrockBatchInputBucket: source, bedrockBatchOutputBucket: target } = props;
  const { takeFunction, finishFunction, changeFunction } = queue;
  const reading = { bucket: source, prefix: inputPrefix, functions: [takeFunction, changeFunction] };
  grantReading(scope, 'QueueReadsManifests', reading);
  const writing = { bucket: target, prefix: outputPrefix, functions: [takeFunction, finishFunction] };
  grantWriting(scope, 'QueueWritesOutput', writing);
  grantReading(scope, 'QueueReadsOutput', { ...writing, functions: [changeFunction] });
  return {
    task: (names: StateNames) =>
      new EnqueueManifestTask(scope, 'CreateModelInvocationJobTask', {
        names,
        changeFunction,
        inputBucketName: source.bucketName,
        outputBucketName: target.bucketName,
        outputPrefix,
        queryLanguage: props.queryLanguage,
      }),
  };
}
