import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { AlarmSettings } from './resources/index.ts';

/** The alarms of the account's templates, looked at when they are asked. */
export interface Alarms {
  /** The names of the alarms on queues that hold as many messages as their threshold, at least. */
  ringing(): Promise<readonly string[]>;
}

/** Alarms on how many messages of a queue are visible; other metrics are not gathered here. */
export function createAlarms(alarms: ReadonlyMap<string, AlarmSettings>, sqs: SQSClient, queues: string): Alarms {
  return {
    async ringing() {
      const names: string[] = [];
      for (const { name, metric, dimensions, threshold } of alarms.values()) {
        const queue = dimensions['QueueName'];
        if (metric !== 'ApproximateNumberOfMessagesVisible' || queue === undefined) continue;
        const command = new GetQueueAttributesCommand({
          QueueUrl: `${queues}/${queue}`,
          AttributeNames: ['ApproximateNumberOfMessages'],
        });
        const { Attributes } = await sqs.send(command);
        if (Number(Attributes?.ApproximateNumberOfMessages ?? 0) >= threshold) names.push(name);
      }
      return names;
    },
  };
}
