import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ServiceError } from '@batchrock/core';

/** Messages of one call (SQS API reference, SendMessageBatch, 2026-11). */
const MOST_MESSAGES = 10;

/** Sends messages as JSON. Throws `BR-E0503` when one of them is refused: those behind it were not sent. */
export async function sendMessages(client: SQSClient, QueueUrl: string, messages: readonly object[]): Promise<void> {
  for (let at = 0; at < messages.length; at += MOST_MESSAGES) {
    const some = messages.slice(at, at + MOST_MESSAGES);
    const Entries = some.map((message, i) => ({ Id: String(i), MessageBody: JSON.stringify(message) }));
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length === 0) continue;
    const message = `SendMessageBatch: ${Failed.length} of ${Entries.length} messages were refused: ${Failed[0]?.Code}`;
    throw new ServiceError('BR-E0503', message, { reason: 'unavailable', effect: 'unknown' });
  }
}
