import type { ServiceClock } from '@batchrock/local';
import type { Executions } from './executions.ts';
import type { FunctionHost } from './functions/index.ts';
import type { Queues } from './queues/index.ts';
import type { AlarmSettings } from './resources/index.ts';

/** The alarms of the account's templates, looked at when they are asked. */
export interface Alarms {
  /** The names of the alarms that would be in alarm now. */
  ringing(): Promise<readonly string[]>;
}

/** What the metrics of alarms are read from. */
export interface AlarmOptions {
  readonly alarms: ReadonlyMap<string, AlarmSettings>;
  readonly queues: Queues;
  readonly functions: Pick<FunctionHost, 'errors'>;
  readonly executions: Pick<Executions, 'failures'>;
  readonly clock: ServiceClock;
}

/**
 * Alarms on how many messages of a queue are visible and how old the oldest is, as they are now, on the errors of a function and
 * on the failed executions of a machine; other metrics are not gathered here. A period without data does not ring.
 */
export function createAlarms({ alarms, queues, functions, executions, clock }: AlarmOptions): Alarms {
  const isRinging = async (alarm: AlarmSettings): Promise<boolean> => {
    const { metric, namespace, dimensions, threshold } = alarm;
    const queue = dimensions['QueueName'];
    if (metric === 'ApproximateNumberOfMessagesVisible' && queue !== undefined) {
      return queues.get(queue).counts().visible >= threshold;
    }
    if (metric === 'ApproximateAgeOfOldestMessage' && queue !== undefined) {
      return queues.get(queue).oldestAgeSeconds() >= threshold;
    }
    const name = dimensions['FunctionName'];
    if (metric === 'Errors' && namespace === 'AWS/Lambda' && name !== undefined) {
      return isReachedInAll(alarm, functions.errors(name), clock.now());
    }
    const machine = dimensions['StateMachineArn'];
    if (metric === 'ExecutionsFailed' && machine !== undefined) {
      return isReachedInAll(alarm, await executions.failures(machine), clock.now());
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
