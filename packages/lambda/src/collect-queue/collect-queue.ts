import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type PartRef, ServiceError } from '@batchrock/core';

/** The parts whose jobs have ended and whose output is to be read: a hint, as often as it likes. */
export interface CollectQueue {
  send(parts: readonly PartRef[]): Promise<void>;
  /** Shows a message that is in hand again after so many seconds. */
  showAgain(receiptHandle: string, afterSeconds: number): Promise<void>;
}

/** Messages of one call (SQS API reference, SendMessageBatch, 2026-11). */
const MOST_MESSAGES = 10;

/** The collect queue on SQS. */
export function createCollectQueue(client: SQSClient, QueueUrl: string): CollectQueue {
  return {
    async send(parts) {
      for (let at = 0; at < parts.length; at += MOST_MESSAGES) {
        const Entries = parts.slice(at, at + MOST_MESSAGES).map((part, i) => ({ Id: String(i), MessageBody: messageOf(part) }));
        const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
        if (Failed.length === 0) continue;
        const message = `SendMessageBatch: ${Failed.length} of ${Entries.length} messages were refused: ${Failed[0]?.Code}`;
        throw new ServiceError('BR-E0503', message, { reason: 'unavailable', effect: 'unknown' });
      }
    },
    async showAgain(ReceiptHandle, VisibilityTimeout) {
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    },
  };
}

function messageOf({ run, attempt, part }: PartRef): string {
  return JSON.stringify({ run, attempt, part });
}

/** Which part a message is about; undefined for one that is none of ours. */
export function partOfMessage(body: unknown): PartRef | undefined {
  const { run, attempt, part } = parsed(body);
  if (typeof run !== 'string' || !isCount(attempt) || !isCount(part)) return undefined;
  return { run, attempt, part };
}

function parsed(body: unknown): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(String(body));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
