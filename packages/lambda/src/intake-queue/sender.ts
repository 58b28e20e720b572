import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { sendMessages } from '../sqs/index.ts';

/** The files that are to be taken, or gone on with: a hint, as often as it likes. */
export interface IntakeQueue {
  send(files: readonly string[]): Promise<void>;
  /** Tells of objects as an event does that was lost. */
  tellOf(objects: readonly { readonly bucket: string; readonly key: string }[]): Promise<void>;
  /** Shows a message that is in hand again after so many seconds. */
  showAgain(receiptHandle: string, afterSeconds: number): Promise<void>;
}

/** The intake queue on SQS. */
export function createIntakeQueue(client: SQSClient, QueueUrl: string): IntakeQueue {
  return {
    send: (files) =>
      sendMessages(
        client,
        QueueUrl,
        files.map((file) => ({ file })),
      ),
    tellOf: (objects) =>
      sendMessages(
        client,
        QueueUrl,
        objects.map(({ bucket, key }) => ({ bucket, key })),
      ),
    async showAgain(ReceiptHandle, VisibilityTimeout) {
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    },
  };
}
