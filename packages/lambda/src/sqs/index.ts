export { parsedObject } from './parsed-object.ts';
export { sendMessages } from './send-messages.ts';
export { comeAgain, messagesOf, type SqsAnswer, type SqsMessage } from './sqs-event.ts';
