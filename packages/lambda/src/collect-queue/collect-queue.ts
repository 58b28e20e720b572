import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { PartRef } from '@batchrock/core';
import { parsedObject, sendMessages } from '../sqs/index.ts';

/** The parts whose jobs have ended and whose output is to be read: a hint, as often as it likes. */
export interface CollectQueue {
  send(parts: readonly PartRef[]): Promise<void>;
  /** Shows a message that is in hand again after so many seconds. */
  showAgain(receiptHandle: string, afterSeconds: number): Promise<void>;
}

/** The collect queue on SQS. */
export function createCollectQueue(client: SQSClient, QueueUrl: string): CollectQueue {
  return {
    async send(parts) {
      await sendMessages(
        client,
        QueueUrl,
        parts.map(({ run, attempt, part }) => ({ run, attempt, part })),
      );
    },
    async showAgain(ReceiptHandle, VisibilityTimeout) {
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    },
  };
}

/** Which part a message is about; undefined for one that is none of ours. */
export function partOfMessage(body: unknown): PartRef | undefined {
  const { run, attempt, part } = parsedObject(body);
  if (typeof run !== 'string' || !isCount(attempt) || !isCount(part)) return undefined;
  return { run, attempt, part };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
