export { type CollectQueue, createCollectQueue, partOfMessage } from './collect-queue.ts';
export { comeAgain, messagesOf, type SqsAnswer, type SqsMessage } from './sqs-event.ts';
