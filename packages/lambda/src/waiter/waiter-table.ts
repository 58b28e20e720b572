import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Refused, Waiter } from './waiter.ts';
import { expiryAt, type Item, itemOf, waiterFrom } from './waiter-item.ts';

/** Where the waiters are. */
export interface WaiterTableOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Sparse index of what is awaited: `open`, then `since`. */
  readonly index: string;
  readonly now: () => number;
}

/**
 * The table of waiters. Every change says which turn of the waiter it belongs to and is refused, by `false`, when another
 * came between: another attempt, another task token, or an answer.
 */
export interface WaiterTable {
  /** Strongly consistent. */
  get(waiter: string): Promise<Waiter | undefined>;
  /** Writes a new turn over the one that was read, or over nothing. */
  put(next: Waiter, before: Waiter | undefined): Promise<boolean>;
  setJobArn(waiter: Waiter, jobArn: string): Promise<boolean>;
  setRefused(waiter: Waiter, refused: Refused): Promise<boolean>;
  /** Step Functions does not know the token, or knows it again. */
  setGone(waiter: Waiter, goneSince: number | undefined): Promise<boolean>;
  setAnswered(waiter: Waiter, status: string): Promise<boolean>;
  /** Nobody waits any more. The waiter stays in the index until its job is stopped. */
  setAbandoned(waiter: Waiter): Promise<boolean>;
  /** Takes an abandoned waiter out of the index. */
  close(waiter: Waiter): Promise<boolean>;
  /** Everything in the index, oldest first; may be a moment behind. */
  open(): AsyncIterable<Waiter>;
  /** Counts a failed job of a batch, once for an index; how many have failed so far. */
  addFailure(waiter: Waiter): Promise<number>;
  /** Takes the failure back: the job is tried again. */
  removeFailure(waiter: Waiter): Promise<void>;
}

/** The table on DynamoDB. */
export function createWaiterTable({ client, table, index, now }: WaiterTableOptions): WaiterTable {
  const names = { '#state': 'state' };

  async function update(
    waiter: Waiter,
    o: { expression: string; values?: Item; names?: Record<string, string>; state?: string },
  ) {
    const { waiter: key, attempt, taskToken } = waiter;
    return conditional(
      client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { waiter: { S: key } },
          UpdateExpression: o.expression,
          ConditionExpression: '#state = :of AND attempt = :attempt AND taskToken = :token',
          ExpressionAttributeNames: { ...names, ...o.names },
          ExpressionAttributeValues: {
            ':of': { S: o.state ?? 'open' },
            ':attempt': { N: String(attempt) },
            ':token': { S: taskToken },
            ...o.values,
          },
        }),
      ),
    );
  }

  async function changeFailures(action: 'ADD' | 'DELETE', waiter: Waiter): Promise<number> {
    const answer = await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { waiter: { S: waiter.batch } },
        UpdateExpression: `SET expiresAt = :expires ${action} failures :index`,
        ExpressionAttributeValues: { ':index': { SS: [String(waiter.index)] }, ':expires': expiryAt(now()) },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return answer.Attributes?.['failures']?.SS?.length ?? 0;
  }

  return {
    async get(waiter) {
      const found = await client.send(
        new GetItemCommand({ TableName: table, Key: { waiter: { S: waiter } }, ConsistentRead: true }),
      );
      return found.Item === undefined ? undefined : waiterFrom(found.Item);
    },

    put: (next, before) =>
      conditional(client.send(new PutItemCommand({ TableName: table, Item: itemOf(next), ...unchangedSince(before) }))),

    setJobArn: (waiter, jobArn) => update(waiter, { expression: 'SET jobArn = :arn', values: { ':arn': { S: jobArn } } }),

    setRefused: (waiter, { error, cause }) =>
      update(waiter, {
        expression: 'SET refused = :refused',
        values: { ':refused': { M: { error: { S: error }, cause: { S: cause } } } },
      }),

    setGone: (waiter, goneSince) =>
      goneSince === undefined
        ? update(waiter, { expression: 'REMOVE goneSince' })
        : update(waiter, { expression: 'SET goneSince = :gone', values: { ':gone': { N: String(goneSince) } } }),

    setAnswered: (waiter, status) =>
      update(waiter, {
        expression: 'SET #state = :to, #status = :status, expiresAt = :expires REMOVE #open',
        names: { '#status': 'status', '#open': 'open' },
        values: { ':to': { S: 'answered' }, ':status': { S: status }, ':expires': expiryAt(now()) },
      }),

    setAbandoned: (waiter) =>
      update(waiter, {
        expression: 'SET #state = :to, expiresAt = :expires',
        values: { ':to': { S: 'abandoned' }, ':expires': expiryAt(now()) },
      }),

    close: (waiter) => update(waiter, { expression: 'REMOVE #open', names: { '#open': 'open' }, state: 'abandoned' }),

    async *open() {
      let from: Item | undefined;
      do {
        const page: { Items?: Item[]; LastEvaluatedKey?: Item } = await client.send(
          new QueryCommand({
            TableName: table,
            IndexName: index,
            KeyConditionExpression: '#open = :open',
            ExpressionAttributeNames: { '#open': 'open' },
            ExpressionAttributeValues: { ':open': { S: 'open' } },
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        for (const item of page.Items ?? []) yield waiterFrom(item);
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
    },

    addFailure: (waiter) => changeFailures('ADD', waiter),
    removeFailure: async (waiter) => {
      await changeFailures('DELETE', waiter);
    },
  };
}

function unchangedSince(before: Waiter | undefined) {
  if (before === undefined) return { ConditionExpression: 'attribute_not_exists(waiter)' };
  return {
    ConditionExpression: '#state = :state AND attempt = :attempt AND taskToken = :token',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':state': { S: before.state },
      ':attempt': { N: String(before.attempt) },
      ':token': { S: before.taskToken },
    },
  };
}

/** False when the condition did not hold. */
async function conditional(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
