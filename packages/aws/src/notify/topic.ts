import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { translateError } from '../translate-error.ts';
import type { Publisher } from './publisher.ts';

const IDLE_MS = 10_000;

/** Characters of a subject (SNS API reference, Publish, 2026-11: fewer than 100, ASCII without line feeds). */
const MOST_SUBJECT = 99;

const NEEDED = 'allow the caller sns:Publish on the topic, as the policy of batchrock setup --notify ARN does';

/** A topic of SNS, also one that keeps an order. */
export function openTopic(connection: ConnectionOptions, TopicArn: string): Publisher {
  const client = new SNSClient(clientConfig(connection, IDLE_MS));
  return {
    async publish({ id, group, subject, type, body }, { signal } = {}) {
      const inOrder = TopicArn.endsWith('.fifo') ? { MessageGroupId: group, MessageDeduplicationId: id } : {};
      const command = new PublishCommand({
        TopicArn,
        Subject: subject.replace(/[^ -~]/g, '?').slice(0, MOST_SUBJECT),
        Message: body,
        MessageAttributes: { type: { DataType: 'String', StringValue: type } },
        ...inOrder,
      });
      await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        throw translateError(error, 'Publish', NEEDED);
      });
    },
    close: () => client.destroy(),
  };
}
