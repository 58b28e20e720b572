import type { JobHint } from '@batchrock/core';
import { parsedObject } from '../sqs/index.ts';

/**
 * The job that a message of the kick queue tells of: an event of EventBridge (Bedrock User Guide, "Monitor batch inference jobs
 * using EventBridge", 2026-11). Undefined for anything else. Nothing but name and ARN is read, and both are hints.
 */
export function jobOfMessage(body: unknown): JobHint | undefined {
  const { source, detail } = parsedObject(body);
  if (source !== 'aws.bedrock' || typeof detail !== 'object' || detail === null) return undefined;
  const { batchJobArn, batchJobName } = detail as Readonly<Record<string, unknown>>;
  if (typeof batchJobName !== 'string' || batchJobName === '') return undefined;
  return typeof batchJobArn === 'string' ? { jobName: batchJobName, jobArn: batchJobArn } : { jobName: batchJobName };
}
