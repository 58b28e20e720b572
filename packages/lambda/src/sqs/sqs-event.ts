/** A message as Lambda hands it over from SQS (Lambda developer guide, "Using Lambda with Amazon SQS", 2026-11). */
export interface SqsMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: unknown;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
}

/** Messages that are to come again; the others are done with. */
export interface SqsAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/** The messages of an event; none for what is no event of SQS. */
export function messagesOf(event: unknown): readonly SqsMessage[] {
  const records: unknown = (event as { readonly Records?: unknown } | null | undefined)?.Records;
  if (!Array.isArray(records)) return [];
  return records.map((record: Readonly<Record<string, unknown>>) => ({
    messageId: String(record['messageId']),
    receiptHandle: String(record['receiptHandle']),
    body: record['body'],
    receiveCount: Number((record['attributes'] as Record<string, unknown> | undefined)?.['ApproximateReceiveCount'] ?? 1),
  }));
}

/** These messages are to come again. */
export function comeAgain(messages: Iterable<SqsMessage>): SqsAnswer {
  return { batchItemFailures: [...messages].map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
