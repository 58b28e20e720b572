import { randomUUID } from 'node:crypto';
import type { OutgoingMessage, ReceivedMessage, StoredMessage } from './message.ts';
import type { QueueSettings } from './queue-settings.ts';
import { invalid, SqsError } from './sqs-error.ts';

/** A standard queue of SQS. What it does depends on the time alone: nothing in it waits. */
export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly settings: QueueSettings;
  configure(settings: QueueSettings): void;
  /** Gives the id of the message. Throws an `SqsError` for one that is empty or too large. */
  send(message: OutgoingMessage): string;
  /** So many visible messages at most, which are invisible from now. One that was received too often goes to the dead letters. */
  receive(most: number, visibilitySeconds?: number): readonly ReceivedMessage[];
  /**
   * Deletes what a receive has given, unless it was received again since: the service says that it is done all the same
   * (SQS API Reference, DeleteMessage, 2026-11).
   */
  delete(receiptHandle: string): void;
  changeVisibility(receiptHandle: string, seconds: number): void;
  purge(): void;
  counts(): { readonly visible: number; readonly notVisible: number; readonly delayed: number };
  /** Seconds since the oldest message was sent; 0 where there is none. */
  oldestAgeSeconds(): number;
  /** When a message may be received, which may have been before now; undefined where none will by the passing of time alone. */
  nextVisible(): number | undefined;
  /** Tells whenever a message may be received earlier or later than it seemed. The function that it gives ends that. */
  watch(tell: () => void): () => void;
  /** Takes a message of another queue in, as it is. */
  take(message: StoredMessage): void;
  /** The next so many messages that are received are in the queue a second time, and stay when the first is deleted. */
  double(count: number, afterSeconds: number): void;
}

/** Where a queue is, and what it lives by. */
export interface QueueOptions {
  readonly name: string;
  readonly arn: string;
  readonly settings: QueueSettings;
  readonly now: () => number;
  /** Where its dead letters go; undefined where that queue is not there. */
  readonly deadLetters: (arn: string) => Pick<Queue, 'take'> | undefined;
}

/** "The maximum is 12 hours from the time that the message is received" (SQS Developer Guide, "Visibility timeout", 2026-11). */
const MOST_VISIBILITY_SECONDS = 43_200;

/** An empty queue. */
export function createQueue(options: QueueOptions): Queue {
  const { name, arn, now, deadLetters } = options;
  let { settings } = options;
  let messages: StoredMessage[] = [];
  const watchers = new Set<() => void>();
  const doubles = { left: 0, afterMs: 0 };

  const changed = (): void => {
    for (const tell of [...watchers]) tell();
  };
  /** Retention counts from when a message was sent, in the dead-letter queue of a standard queue too. */
  const kept = (): readonly StoredMessage[] => {
    const oldest = now() - settings.retentionSeconds * 1000;
    messages = messages.filter(({ sentAt }) => sentAt > oldest);
    return messages;
  };
  const drop = (message: StoredMessage): void => {
    messages = messages.filter((each) => each !== message);
  };
  const find = (receiptHandle: string): { readonly message: StoredMessage | undefined; readonly isLatest: boolean } => {
    const [copy, count] = parseHandle(receiptHandle);
    const message = kept().find((each) => each.copy === copy);
    return { message, isLatest: message?.receiveCount === count };
  };
  const give = (message: StoredMessage, visibilityMs: number): ReceivedMessage => {
    message.receiveCount += 1;
    message.firstReceivedAt ??= now();
    message.visibleAt = now() + visibilityMs;
    const { id, body, attributes, sentAt, firstReceivedAt, receiveCount } = message;
    const receiptHandle = handleOf(message);
    return { id, body, attributes, sentAt, firstReceivedAt, receiveCount, receiptHandle };
  };
  const copyOf = (message: StoredMessage): StoredMessage => {
    return { ...message, copy: randomUUID(), visibleAt: now() + doubles.afterMs };
  };

  return {
    name,
    arn,
    get settings() {
      return settings;
    },
    configure(given) {
      settings = given;
      changed();
    },
    send({ body, attributes = {}, delaySeconds = settings.delaySeconds }) {
      if (body === '') throw new SqsError('MissingParameter', 'The request must contain the parameter MessageBody.');
      const bytes = Buffer.byteLength(body) + Buffer.byteLength(JSON.stringify(attributes)) - 2;
      if (bytes > settings.maxMessageBytes) {
        throw invalid('MessageBody', `of ${bytes} bytes`, `Message must be shorter than ${settings.maxMessageBytes} bytes`);
      }
      if (!isWithin(delaySeconds, 900)) throw invalid('DelaySeconds', delaySeconds, 'DelaySeconds must be >= 0 and <= 900');
      const id = randomUUID();
      const visibleAt = now() + delaySeconds * 1000;
      messages.push({ copy: randomUUID(), id, body, attributes, sentAt: now(), visibleAt, receiveCount: 0 });
      changed();
      return id;
    },
    receive(most, visibilitySeconds = settings.visibilitySeconds) {
      if (most < 1 || most > 10) throw invalid('MaxNumberOfMessages', most, 'Must be between 1 and 10, if provided');
      const received: ReceivedMessage[] = [];
      const { redrive } = settings;
      for (const message of kept()) {
        if (message.visibleAt > now()) continue;
        const target =
          redrive && message.receiveCount >= redrive.maxReceiveCount ? deadLetters(redrive.deadLetterArn) : undefined;
        if (target !== undefined) {
          drop(message);
          target.take(message);
          continue;
        }
        if (received.length === most) break;
        if (doubles.left > 0) {
          doubles.left -= 1;
          messages = [...messages, copyOf(message)];
        }
        received.push(give(message, visibilitySeconds * 1000));
      }
      if (received.length > 0) changed();
      return received;
    },
    delete(receiptHandle) {
      const { message, isLatest } = find(receiptHandle);
      if (message !== undefined && isLatest) drop(message);
    },
    changeVisibility(receiptHandle, seconds) {
      const { message, isLatest } = find(receiptHandle);
      if (message === undefined || !isLatest || message.visibleAt <= now()) {
        throw new SqsError('MessageNotInflight', 'The specified message is not in flight.');
      }
      if (!isWithin(seconds, MOST_VISIBILITY_SECONDS)) {
        throw invalid('VisibilityTimeout', seconds, 'VisibilityTimeout must be an integer from 0 to 43200');
      }
      message.visibleAt = now() + seconds * 1000;
      changed();
    },
    purge() {
      messages = [];
    },
    counts() {
      const hidden = kept().filter(({ visibleAt }) => visibleAt > now());
      const delayed = hidden.filter(({ receiveCount }) => receiveCount === 0).length;
      return { visible: messages.length - hidden.length, notVisible: hidden.length - delayed, delayed };
    },
    oldestAgeSeconds() {
      const sent = kept().map(({ sentAt }) => sentAt);
      return sent.length === 0 ? 0 : Math.floor((now() - Math.min(...sent)) / 1000);
    },
    nextVisible() {
      const times = kept().map(({ visibleAt }) => visibleAt);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    watch(tell) {
      watchers.add(tell);
      return () => void watchers.delete(tell);
    },
    take(message) {
      messages.push({ ...message, visibleAt: now() });
      changed();
    },
    double(count, afterSeconds) {
      doubles.left += count;
      doubles.afterMs = afterSeconds * 1000;
    },
  };
}

/** Names the copy and which receive of it this is. */
function handleOf({ copy, receiveCount }: StoredMessage): string {
  return Buffer.from(`${copy} ${receiveCount}`).toString('base64');
}

function parseHandle(receiptHandle: string): readonly [copy: string, receiveCount: number] {
  const [copy = '', count = ''] = Buffer.from(receiptHandle, 'base64').toString().split(' ');
  if (/^[0-9a-f-]{36}$/.test(copy) && /^\d+$/.test(count)) return [copy, Number(count)];
  throw new SqsError('ReceiptHandleIsInvalid', `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`);
}

function isWithin(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
