/** An attribute that a sender gives a message. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}

/** What is sent. */
export interface OutgoingMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  /** Until it may be received for the first time. Default: the queue's. */
  readonly delaySeconds?: number;
}

/** A message as one receive gives it. Times are milliseconds since the epoch. */
export interface ReceivedMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  readonly receiveCount: number;
  /** What this receive deletes it by. */
  readonly receiptHandle: string;
}

/** A message as a queue keeps it, until it is deleted. */
export interface StoredMessage {
  /** One of its own for each copy; the id is the same for all copies. */
  readonly copy: string;
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly sentAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt?: number;
}
