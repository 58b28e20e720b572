import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { StateError } from '@batchrock/core';

type Attributes = Readonly<Record<string, AttributeValue>>;

/** Bytes of one item, names of attributes included (DynamoDB Developer Guide, service quotas, 2026-11). */
const MAX_ITEM_BYTES = 400 * 1024;
/** Bytes of all items of one transaction (API reference, TransactWriteItems, 2026-11). */
const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;
/** The most that a number takes (Developer Guide, item sizes, 2026-11). */
const NUMBER_BYTES = 21;

/** Refuses by `BR-E0212` what DynamoDB would refuse with less to say. */
export function checkSizes(items: readonly Attributes[]): void {
  let sum = 0;
  for (const item of items) {
    const bytes = sizeOf(item);
    sum += bytes;
    if (bytes > MAX_ITEM_BYTES)
      throw tooLarge(`${item['pk']?.S} has ${bytes} bytes; DynamoDB takes ${MAX_ITEM_BYTES} in an item`);
  }
  if (sum > MAX_TRANSACTION_BYTES) {
    throw tooLarge(
      `a commit of ${items.length} items has ${sum} bytes; DynamoDB takes ${MAX_TRANSACTION_BYTES} in a transaction`,
    );
  }
}

/** Write units of an item outside a transaction: one for each kilobyte that is begun (Developer Guide, write units, 2026-11). */
export function unitsOf(attributes: Attributes): number {
  return Math.max(1, Math.ceil(sizeOf(attributes) / 1024));
}

/** What is too large for a ledger on DynamoDB. */
export function tooLarge(message: string, cause?: unknown): StateError {
  return new StateError('BR-E0212', message, { cause });
}

function sizeOf(attributes: Attributes): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(attributes)) {
    bytes += name.length + (value.B?.byteLength ?? (value.S === undefined ? NUMBER_BYTES : Buffer.byteLength(value.S)));
  }
  return bytes;
}
