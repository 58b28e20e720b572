import type { CallOptions } from '@batchrock/core';

/** What is told: a line for people, and a document for programs. */
export interface Message {
  /** The same each time that the same is told. */
  readonly id: string;
  /** Of which messages one comes after the other, where the receiver keeps an order. */
  readonly group: string;
  readonly subject: string;
  /** What kind it is, for rules and filters. */
  readonly type: string;
  /** JSON. */
  readonly body: string;
}

/** A topic or an event bus. Throws a `ServiceError` for a message that was not taken. */
export interface Publisher {
  publish(message: Message, options?: CallOptions): Promise<void>;
  close(): void;
}
