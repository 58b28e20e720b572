import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { sendMessages } from '../sqs/index.ts';
import type { FinishMessage } from './finish-queue.ts';

/** The files whose runs are at rest and whose results are to be written: a hint, as often as it likes. */
export interface FinishQueue {
  send(messages: readonly FinishMessage[]): Promise<void>;
  /** Shows a message that is in hand again after so many seconds. */
  showAgain(receiptHandle: string, afterSeconds: number): Promise<void>;
}

/** The finish queue on SQS. */
export function createFinishQueue(client: SQSClient, QueueUrl: string): FinishQueue {
  return {
    send: (messages) =>
      sendMessages(
        client,
        QueueUrl,
        messages.map(({ file, from }) => ({ file, from })),
      ),
    async showAgain(ReceiptHandle, VisibilityTimeout) {
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    },
  };
}
