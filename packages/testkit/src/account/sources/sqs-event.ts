import { type MessageAttribute, md5, type ReceivedMessage, systemAttributesOf } from '../queues/index.ts';

/** The event of a batch, as a function gets it (Lambda Developer Guide, "Using Lambda with Amazon SQS", 2026-11). JSON. */
export function sqsEvent(messages: readonly ReceivedMessage[], queueArn: string): string {
  const awsRegion = queueArn.split(':')[3];
  const Records = messages.map((message) => ({
    messageId: message.id,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributesOf(message),
    messageAttributes: Object.fromEntries(Object.entries(message.attributes).map(([name, value]) => [name, attributeOf(value)])),
    md5OfBody: md5(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion,
  }));
  return JSON.stringify({ Records });
}

/** The fields of an attribute begin small in an event, and lists of values are there though nothing fills them. */
function attributeOf({ DataType, StringValue, BinaryValue }: MessageAttribute): object {
  return {
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
}
