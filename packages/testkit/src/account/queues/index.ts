export type { MessageAttribute, OutgoingMessage, ReceivedMessage } from './message.ts';
export type { Queue } from './queue.ts';
export type { QueueSettings } from './queue-settings.ts';
export { createQueues, type QueueFaults, type Queues } from './queues.ts';
export { answerSqs, md5, type SqsAnswer, systemAttributesOf } from './sqs-protocol.ts';
