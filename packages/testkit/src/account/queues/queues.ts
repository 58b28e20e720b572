import type { ServiceClock } from '@batchrock/local';
import { createQueue, type Queue } from './queue.ts';
import { attributesOf, settingsOf } from './queue-settings.ts';
import { SqsError } from './sqs-error.ts';

/** What SQS does rarely, and a consumer has to bear. */
export interface QueueFaults {
  /**
   * The next so many messages that are received of a queue come a second time, so many seconds after the first, even when it was
   * deleted: "on rare occasions" (SQS Developer Guide, "At-least-once delivery", 2026-11). The queue by its name or ARN.
   */
  double(queue: string, count?: number, afterSeconds?: number): void;
}

/** SQS of an account: standard queues on the account's clock. */
export interface Queues {
  /** Makes a queue of these attributes; one that is there with the same ones is given again. Throws an `SqsError`. */
  create(name: string, attributes: Readonly<Record<string, string>>): Queue;
  /** Changes some attributes of a queue. */
  change(name: string, attributes: Readonly<Record<string, string>>): void;
  /** By name, URL or ARN. Throws an `SqsError` where there is none. */
  get(nameUrlOrArn: string): Queue;
  remove(name: string): void;
  all(): readonly Queue[];
  readonly faults: QueueFaults;
}

/** Whose queues they are. */
export interface QueuesOptions {
  readonly place: { readonly partition: string; readonly region: string; readonly account: string };
  readonly clock: ServiceClock;
}

/** An account without queues. */
export function createQueues({ place, clock }: QueuesOptions): Queues {
  const queues = new Map<string, Queue>();
  const find = (named: string): Queue | undefined => queues.get(named.split(/[/:]/).at(-1) ?? '');
  const get = (named: string): Queue => {
    const queue = find(named);
    if (queue !== undefined) return queue;
    throw new SqsError('QueueDoesNotExist', `The specified queue does not exist: ${named}.`);
  };
  return {
    create(name, attributes) {
      if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
        throw new SqsError('InvalidParameterValue', `${name} is no name of a standard queue: letters, digits, - and _, 1 to 80`);
      }
      const settings = settingsOf(attributes);
      const known = queues.get(name);
      if (known !== undefined) {
        const same = JSON.stringify(attributesOf(known.settings)) === JSON.stringify(attributesOf(settings));
        if (same) return known;
        throw new SqsError('QueueNameExists', `A queue named ${name} exists with other attributes.`);
      }
      if (settings.redrive !== undefined) get(settings.redrive.deadLetterArn);
      const arn = `arn:${place.partition}:sqs:${place.region}:${place.account}:${name}`;
      const queue = createQueue({ name, arn, settings, now: clock.now, deadLetters: find });
      queues.set(name, queue);
      return queue;
    },
    change(name, attributes) {
      const queue = get(name);
      queue.configure(settingsOf({ ...attributesOf(queue.settings), ...attributes }));
    },
    get,
    remove: (name) => void queues.delete(get(name).name),
    all: () => [...queues.values()],
    faults: {
      double: (queue, count = 1, afterSeconds = 0) => get(queue).double(count, afterSeconds),
    },
  };
}
