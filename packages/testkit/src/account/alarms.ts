import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ServiceClock } from '@batchrock/local';
import type { FunctionHost } from './functions/index.ts';
import type { AlarmSettings } from './resources/index.ts';

/** The alarms of the account's templates, looked at when they are asked. */
export interface Alarms {
  /** The names of the alarms that would be in alarm now. */
  ringing(): Promise<readonly string[]>;
}

/** What the metrics of alarms are read from. */
export interface AlarmOptions {
  readonly alarms: ReadonlyMap<string, AlarmSettings>;
  readonly sqs: SQSClient;
  /** The URL that those of the queues begin with. */
  readonly queues: string;
  readonly functions: Pick<FunctionHost, 'errors'>;
  readonly clock: ServiceClock;
}

/**
 * Alarms on how many messages of a queue are visible, and on the errors of a function; other metrics are not gathered here. A
 * period without data does not ring.
 */
export function createAlarms({ alarms, sqs, queues, functions, clock }: AlarmOptions): Alarms {
  const visibleIn = async (queue: string): Promise<number> => {
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    const command = new GetQueueAttributesCommand({ QueueUrl: `${queues}/${queue}`, AttributeNames });
    const { Attributes } = await sqs.send(command);
    return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  };
  const isRinging = async (alarm: AlarmSettings): Promise<boolean> => {
    const { metric, namespace, dimensions, threshold } = alarm;
    const queue = dimensions['QueueName'];
    if (metric === 'ApproximateNumberOfMessagesVisible' && queue !== undefined) return (await visibleIn(queue)) >= threshold;
    const name = dimensions['FunctionName'];
    if (metric === 'Errors' && namespace === 'AWS/Lambda' && name !== undefined) {
      return isReachedInAll(alarm, functions.errors(name), clock.now());
    }
    return false;
  };
  return {
    async ringing() {
      const names: string[] = [];
      for (const alarm of alarms.values()) if (await isRinging(alarm)) names.push(alarm.name);
      return names;
    },
  };
}

/** True when each of the latest whole periods has so many, at least. Periods begin at multiples of their length. */
function isReachedInAll({ periodSeconds, evaluationPeriods, threshold }: AlarmSettings, times: readonly number[], now: number) {
  const length = periodSeconds * 1000;
  const current = Math.floor(now / length);
  return Array.from({ length: evaluationPeriods }, (_, i) => current - 1 - i).every(
    (period) => times.filter((time) => Math.floor(time / length) === period).length >= threshold,
  );
}
