import { invalid, SqsError } from './sqs-error.ts';

/** A standard queue, as its attributes describe it. */
export interface QueueSettings {
  readonly visibilitySeconds: number;
  readonly delaySeconds: number;
  readonly retentionSeconds: number;
  readonly maxMessageBytes: number;
  readonly redrive?: {
    readonly deadLetterArn: string;
    /** Receives after which a message is moved, and not received again. */
    readonly maxReceiveCount: number;
  };
}

/** The least, the greatest and the usual value of each attribute that is a number (SQS API Reference, CreateQueue, 2026-11). */
const RANGES = {
  VisibilityTimeout: [0, 43_200, 30],
  DelaySeconds: [0, 900, 0],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  MaximumMessageSize: [1_024, 1_048_576, 1_048_576],
} as const;

/** Attributes that change nothing of what is done here: a receive never waits, and nothing is encrypted. */
const WITHOUT_EFFECT = new Set([
  'ReceiveMessageWaitTimeSeconds',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
]);

/** Reads the attributes of CreateQueue or SetQueueAttributes. Throws an `SqsError` for what the service refuses, and for FIFO. */
export function settingsOf(attributes: Readonly<Record<string, string>>): QueueSettings {
  for (const name of Object.keys(attributes)) {
    if (name in RANGES || WITHOUT_EFFECT.has(name) || name === 'RedrivePolicy') continue;
    throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  const redrive = redriveOf(attributes['RedrivePolicy']);
  return {
    visibilitySeconds: numberIn(attributes, 'VisibilityTimeout'),
    delaySeconds: numberIn(attributes, 'DelaySeconds'),
    retentionSeconds: numberIn(attributes, 'MessageRetentionPeriod'),
    maxMessageBytes: numberIn(attributes, 'MaximumMessageSize'),
    ...(redrive !== undefined && { redrive }),
  };
}

/** The settings as GetQueueAttributes names them. */
export function attributesOf(settings: QueueSettings): Readonly<Record<string, string>> {
  const { redrive } = settings;
  const policy = redrive && { deadLetterTargetArn: redrive.deadLetterArn, maxReceiveCount: redrive.maxReceiveCount };
  return {
    VisibilityTimeout: String(settings.visibilitySeconds),
    DelaySeconds: String(settings.delaySeconds),
    MessageRetentionPeriod: String(settings.retentionSeconds),
    MaximumMessageSize: String(settings.maxMessageBytes),
    ...(policy && { RedrivePolicy: JSON.stringify(policy) }),
  };
}

function numberIn(attributes: Readonly<Record<string, string>>, name: keyof typeof RANGES): number {
  const [least, most, usual] = RANGES[name];
  const given = attributes[name];
  const value = given === undefined ? usual : Number(given);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}: ${given}.`);
}

/** "maxReceiveCount" is 1 to 1,000 (SQS Developer Guide, "Configure a dead-letter queue", 2026-11). */
function redriveOf(policy: string | undefined): QueueSettings['redrive'] {
  if (policy === undefined || policy === '') return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Readonly<Record<string, unknown>>;
  const count = Number(maxReceiveCount);
  if (typeof deadLetterTargetArn !== 'string') throw invalid('RedrivePolicy', policy, 'deadLetterTargetArn is missing');
  if (!Number.isInteger(count) || count < 1 || count > 1_000) {
    throw invalid('RedrivePolicy', policy, 'maxReceiveCount must be an integer from 1 to 1000');
  }
  return { deadLetterArn: deadLetterTargetArn, maxReceiveCount: count };
}
