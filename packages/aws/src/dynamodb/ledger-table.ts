import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { type CallOptions, type Clock, ServiceError, StateError } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { INDEX_NAMES, indexAttributes } from './ledger-item.ts';
import { translateTableError } from './translate-table-error.ts';

/** Where a table is made. */
export interface LedgerTableOptions extends ConnectionOptions {
  readonly table: string;
  /** Pauses until the table is there. */
  readonly clock: Clock;
}

const POLL_MS = 1_000;
/** A new table is there within seconds; one that is not by then has met something else. */
const MAX_POLLS = 300;

/**
 * Makes the table of a `DynamoLedger`, billed by request, and waits until it can be used. A table of that name that is
 * there already is used as it is; throws `BR-E0205` when it is not a ledger.
 */
export async function createLedgerTable(options: LedgerTableOptions, o: CallOptions = {}): Promise<void> {
  const client = new DynamoDBClient(clientConfig(options, 10_000));
  const { table, clock } = options;
  try {
    await client.send(new CreateTableCommand(tableOf(table)), { abortSignal: o.signal }).catch((error: { name?: string }) => {
      if (error.name !== 'ResourceInUseException') throw translateTableError(error, 'CreateTable', table);
    });
    for (let poll = 0; poll < MAX_POLLS; poll++) {
      const description = await describe(client, table, o);
      if (description !== undefined) checkLayout(table, description);
      if (description?.TableStatus === 'ACTIVE') return;
      await clock.sleep(POLL_MS, o.signal);
    }
    throw new ServiceError('BR-E0503', `the table ${table} is not active after ${(MAX_POLLS * POLL_MS) / 1000} s`, {
      reason: 'unavailable',
      effect: 'unknown',
    });
  } finally {
    client.destroy();
  }
}

/** A table that has just been made may not be seen yet. */
async function describe(client: DynamoDBClient, table: string, { signal }: CallOptions): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: table }), { abortSignal: signal })).Table;
  } catch (error) {
    if ((error as { name?: string }).name === 'ResourceNotFoundException') return undefined;
    throw translateTableError(error, 'DescribeTable', table);
  }
}

function checkLayout(table: string, { KeySchema = [], GlobalSecondaryIndexes = [] }: TableDescription): void {
  const keys = KeySchema.map(({ AttributeName }) => AttributeName).join();
  const indexes = new Set(GlobalSecondaryIndexes.map(({ IndexName }) => IndexName));
  const missing = INDEX_NAMES.filter((index) => !indexes.has(index));
  if (keys === 'pk' && missing.length === 0) return;
  throw new StateError(
    'BR-E0205',
    `the table ${table} is not a ledger: its key is ${keys}${missing.length === 0 ? '' : `, the indexes ${missing.join(', ')} are missing`}`,
    { hint: 'give the name of another table' },
  );
}

function tableOf(table: string): CreateTableCommandInput {
  const attributes = ['pk', ...INDEX_NAMES.flatMap((index) => Object.values(indexAttributes(index)))];
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: INDEX_NAMES.map((index) => {
      const { at, sort } = indexAttributes(index);
      return {
        IndexName: index,
        KeySchema: [
          { AttributeName: at, KeyType: 'HASH' },
          { AttributeName: sort, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      };
    }),
  };
}
