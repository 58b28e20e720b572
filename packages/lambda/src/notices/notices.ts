import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';

/** Whom files that have come to their end are told to. */
export interface Notices {
  publish(notice: Notice): Promise<void>;
}

/** What is told. */
export interface Notice {
  readonly subject: string;
  /** JSON. */
  readonly message: string;
  /** What subscriptions can filter by. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Characters of a subject, and bytes of a message (SNS API reference, Publish, 2026-11). */
const MOST_SUBJECT = 99;

/** A topic on SNS. */
export function createNotices(client: SNSClient, TopicArn: string): Notices {
  return {
    async publish({ subject, message, attributes }) {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      );
      // a subject is ASCII without line feeds
      const Subject = subject.replace(/[^ -~]/g, '?').slice(0, MOST_SUBJECT);
      await client.send(new PublishCommand({ TopicArn, Subject, Message: message, MessageAttributes }));
    },
  };
}
