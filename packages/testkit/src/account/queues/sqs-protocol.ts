import { createHash } from 'node:crypto';
import type { MessageAttribute, OutgoingMessage, ReceivedMessage } from './message.ts';
import type { Queue } from './queue.ts';
import { attributesOf } from './queue-settings.ts';
import type { Queues } from './queues.ts';
import { SqsError } from './sqs-error.ts';

/** What SQS answers, in its JSON protocol. */
export interface SqsAnswer {
  readonly statusCode: number;
  readonly body: object;
}

type Body = Readonly<Record<string, unknown>>;
type Operation = (queues: Queues, body: Body, endpoint: string) => object;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateQueue(queues, body, endpoint) {
    const attributes = (body['Attributes'] ?? {}) as Readonly<Record<string, string>>;
    return { QueueUrl: urlOf(queues.create(String(body['QueueName']), attributes), endpoint) };
  },
  DeleteQueue(queues, body) {
    queues.remove(queueOf(queues, body).name);
    return {};
  },
  GetQueueUrl: (queues, body, endpoint) => ({ QueueUrl: urlOf(queues.get(String(body['QueueName'])), endpoint) }),
  ListQueues: (queues, body, endpoint) => {
    const named = queues.all().filter(({ name }) => name.startsWith(String(body['QueueNamePrefix'] ?? '')));
    return { QueueUrls: named.map((queue) => urlOf(queue, endpoint)) };
  },
  GetQueueAttributes: (queues, body) => ({ Attributes: attributesAsked(queueOf(queues, body), body) }),
  SetQueueAttributes(queues, body) {
    queues.change(queueOf(queues, body).name, (body['Attributes'] ?? {}) as Readonly<Record<string, string>>);
    return {};
  },
  PurgeQueue(queues, body) {
    queueOf(queues, body).purge();
    return {};
  },
  SendMessage: (queues, body) => sent(queueOf(queues, body), body),
  SendMessageBatch: (queues, body) => inBatch(body, (entry) => sent(queueOf(queues, body), entry)),
  ReceiveMessage(queues, body) {
    const visibility = body['VisibilityTimeout'];
    const received = queueOf(queues, body).receive(
      Number(body['MaxNumberOfMessages'] ?? 1),
      ...(visibility === undefined ? [] : [Number(visibility)]),
    );
    return received.length === 0 ? {} : { Messages: received.map((message) => asked(message, body)) };
  },
  DeleteMessage: (queues, body) => deleted(queueOf(queues, body), body),
  DeleteMessageBatch: (queues, body) => inBatch(body, (entry) => deleted(queueOf(queues, body), entry)),
  ChangeMessageVisibility: (queues, body) => changed(queueOf(queues, body), body),
  ChangeMessageVisibilityBatch: (queues, body) => inBatch(body, (entry) => changed(queueOf(queues, body), entry)),
};

/** Carries out an operation of SQS. What it refuses is in the answer, and so is an operation that is not known here. */
export function answerSqs(queues: Queues, operation: string, body: Body, endpoint: string): SqsAnswer {
  try {
    const known = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
    if (known === undefined) throw new SqsError('UnsupportedOperation', `${operation} is not carried out here.`);
    return { statusCode: 200, body: known(queues, body, endpoint) };
  } catch (error) {
    if (!(error instanceof SqsError)) throw error;
    return { statusCode: 400, body: { __type: `com.amazonaws.sqs#${error.name}`, message: error.message } };
  }
}

function queueOf(queues: Queues, body: Body): Queue {
  const url = body['QueueUrl'];
  if (typeof url !== 'string') throw new SqsError('MissingParameter', 'The request must contain the parameter QueueUrl.');
  return queues.get(url);
}

/** The account stands between the endpoint and the name, as the service has it. */
function urlOf({ arn, name }: Queue, endpoint: string): string {
  return `${endpoint}/${arn.split(':').at(-2)}/${name}`;
}

function attributesAsked(queue: Queue, body: Body): object {
  const { visible, notVisible, delayed } = queue.counts();
  const all: Readonly<Record<string, string>> = {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(notVisible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ...attributesOf(queue.settings),
  };
  const names = (body['AttributeNames'] ?? []) as readonly string[];
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name) || names.includes('All')));
}

function sent(queue: Queue, body: Body): object {
  const { MessageBody, MessageAttributes, DelaySeconds } = body;
  const message: OutgoingMessage = {
    body: String(MessageBody ?? ''),
    ...(MessageAttributes !== undefined && { attributes: MessageAttributes as Readonly<Record<string, MessageAttribute>> }),
    ...(DelaySeconds !== undefined && { delaySeconds: Number(DelaySeconds) }),
  };
  return { MessageId: queue.send(message), MD5OfMessageBody: md5(message.body) };
}

function deleted(queue: Queue, body: Body): object {
  queue.delete(String(body['ReceiptHandle']));
  return {};
}

function changed(queue: Queue, body: Body): object {
  queue.changeVisibility(String(body['ReceiptHandle']), Number(body['VisibilityTimeout']));
  return {};
}

/** One to ten entries, each with an id of its own; one that is refused leaves the others alone (SQS API Reference, 2026-11). */
function inBatch(body: Body, carryOut: (entry: Body) => object): object {
  const entries = (body['Entries'] ?? []) as readonly Body[];
  if (entries.length === 0) throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10) {
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map(({ Id }) => String(Id));
  if (new Set(ids).size < ids.length) throw new SqsError('BatchEntryIdsNotDistinct', 'Ids of a batch have to be distinct.');
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry['Id'], ...carryOut(entry) });
    } catch (error) {
      if (!(error instanceof SqsError) || error.name === 'QueueDoesNotExist') throw error;
      Failed.push({ Id: entry['Id'], SenderFault: true, Code: error.name, Message: error.message });
    }
  }
  return { ...(Successful.length > 0 && { Successful }), ...(Failed.length > 0 && { Failed }) };
}

function asked(message: ReceivedMessage, body: Body): object {
  const wanted = [body['AttributeNames'], body['MessageSystemAttributeNames']].flat();
  const system = Object.entries(systemAttributesOf(message)).filter(([name]) => wanted.includes(name) || wanted.includes('All'));
  const names = ((body['MessageAttributeNames'] ?? []) as readonly string[]).map((name) => name.replace(/^All$/, '.*'));
  const isAsked = (name: string): boolean =>
    names.some((each) => (each.endsWith('.*') ? name.startsWith(each.slice(0, -2)) : each === name));
  const own = Object.entries(message.attributes).filter(([name]) => isAsked(name));
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(own.length > 0 && { MessageAttributes: Object.fromEntries(own) }),
  };
}

/** What the service says of a message. */
export function systemAttributesOf(message: ReceivedMessage): Readonly<Record<string, string>> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: 'AIDABATCHROCKLOOPBACK',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  };
}

/** The digest by which a client knows that the body has come whole. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
