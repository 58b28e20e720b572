/** What the function is called with. */
export type Call =
  | { readonly kind: 'sweep' }
  /** A hint that a job may have ended; nothing else of the event is believed. */
  | { readonly kind: 'hint'; readonly jobArn: string; readonly jobName: string; readonly status: string }
  | { readonly kind: 'other' };

/** Reads an event of EventBridge (Bedrock User Guide, "Monitor batch inference jobs using EventBridge", 2026-11) or a sweep. */
export function parseCall(event: unknown): Call {
  if (typeof event !== 'object' || event === null) return { kind: 'other' };
  const { sweep, source, detail } = event as Record<string, unknown>;
  if (sweep === true) return { kind: 'sweep' };
  if (source !== 'aws.bedrock' || typeof detail !== 'object' || detail === null) return { kind: 'other' };
  const { batchJobArn, batchJobName, status } = detail as Record<string, unknown>;
  if (typeof batchJobArn !== 'string' || !isJobArn(batchJobArn)) return { kind: 'other' };
  const jobName = typeof batchJobName === 'string' ? batchJobName : '';
  return { kind: 'hint', jobArn: batchJobArn, jobName, status: typeof status === 'string' ? status : '' };
}

/** Bedrock's pattern, for every partition (API model, 2026-11). */
function isJobArn(arn: string): boolean {
  return /^arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:model-invocation-job\/[a-z0-9]{12}$/.test(arn);
}
