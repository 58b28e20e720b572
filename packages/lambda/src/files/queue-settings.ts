import { type EngineSettings, readSettings } from '../engine/index.ts';
import { optionalSetting, requiredSetting } from '../settings/index.ts';

/** What the construct says to the functions of a queue beside what it says to those of an orchestrator. */
export interface QueueSettings extends EngineSettings {
  /** Of files whose key names no model; absent: every key has to. */
  readonly modelId?: string;
  readonly intakeQueueUrl: string;
  readonly finishQueueUrl: string;
  /** Told of each file that has come to its end; absent: nobody is. */
  readonly topicArn?: string;
}

/** Reads the environment. Throws `BR-E0120` for what is missing or not allowed. */
export function readQueueSettings(): QueueSettings {
  const modelId = optionalSetting('MODEL_ID');
  const topicArn = optionalSetting('NOTIFICATION_TOPIC_ARN');
  return {
    ...readSettings(),
    intakeQueueUrl: requiredSetting('INTAKE_QUEUE_URL'),
    finishQueueUrl: requiredSetting('FINISH_QUEUE_URL'),
    ...(modelId !== undefined && { modelId }),
    ...(topicArn !== undefined && { topicArn }),
  };
}
