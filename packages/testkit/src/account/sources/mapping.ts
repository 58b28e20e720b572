/** A queue as the source of a function's events, as its template describes it. */
export interface Mapping {
  /** Its UUID. */
  readonly id: string;
  readonly queueArn: string;
  readonly functionName: string;
  readonly isEnabled: boolean;
  /** Messages of one invocation, at most. */
  readonly batchSize: number;
  /** How long messages are gathered before the function is invoked. */
  readonly windowSeconds: number;
  /** Invocations at once, at most. */
  readonly maximumConcurrency?: number;
  /** True where the function's answer names the messages that failed. */
  readonly reportsItemFailures: boolean;
}

/** What a mapping is checked against. */
export interface MappingSurroundings {
  /** The visibility timeout of the queue. */
  readonly visibilitySeconds: number;
  /** The timeout of the function. */
  readonly timeoutSeconds: number;
  /** Of the calls that Lambda makes at the queue by the function's role, those that the role is refused. */
  readonly refused: readonly string[];
}

/** What Lambda does at a queue in the name of the function's role (Lambda Developer Guide, "Using Lambda with Amazon SQS", 2026-11). */
export const POLLING_ACTIONS = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'] as const;

/**
 * Throws for what CreateEventSourceMapping refuses. The ranges are those of Lambda API Reference, CreateEventSourceMapping and
 * ScalingConfig (2026-11); the sentences on the role and on the visibility timeout are the service's, as reported in
 * aws/aws-cdk#6770 and hashicorp/terraform-provider-aws#18099.
 */
export function checkMapping(mapping: Mapping, { visibilitySeconds, timeoutSeconds, refused }: MappingSurroundings): void {
  const { batchSize, windowSeconds, maximumConcurrency } = mapping;
  if (!isWithin(batchSize, 1, 10_000)) refuse(`BatchSize is ${batchSize}; 1 to 10000 are allowed for a standard queue`);
  if (!isWithin(windowSeconds, 0, 300)) refuse(`MaximumBatchingWindowInSeconds is ${windowSeconds}; 0 to 300 are allowed`);
  if (batchSize > 10 && windowSeconds < 1) {
    refuse(`BatchSize is ${batchSize}; above 10, MaximumBatchingWindowInSeconds must be at least 1`);
  }
  if (maximumConcurrency !== undefined && !isWithin(maximumConcurrency, 2, 1_000)) {
    refuse(`MaximumConcurrency is ${maximumConcurrency}; 2 to 1000 are allowed`);
  }
  const [action] = refused;
  if (action !== undefined) refuse(`The function execution role does not have permissions to call ${action} on SQS`);
  if (visibilitySeconds < timeoutSeconds) {
    refuse(`Queue visibility timeout: ${visibilitySeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds`);
  }
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function refuse(message: string): never {
  throw Object.assign(new Error(message), { name: 'InvalidParameterValueException' });
}
