import { type Attributes, LedgerTable, textOf } from './ledger-table.ts';

/** What DynamoDB answers. */
export interface TableAnswer {
  readonly statusCode: number;
  readonly body: object;
}

/** The tables of ledgers, in the place of moto's. */
interface LedgerTables {
  /** Carries out what a ledger asks. Undefined for all else: moto makes and describes the tables. */
  answer(operation: string, request: Readonly<Record<string, unknown>>): TableAnswer | undefined;
}

interface Conditional {
  readonly TableName: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeValues?: Attributes;
}

interface Transacted {
  readonly Put?: Conditional & { readonly Item: Attributes };
  readonly Delete?: Conditional & { readonly Key: Attributes };
  readonly ConditionCheck?: Conditional & { readonly Key: Attributes };
}

interface Transaction {
  readonly TransactItems: readonly Transacted[];
  /** What was carried out for a token is not carried out again. */
  readonly ClientRequestToken: string;
}

interface Query {
  readonly TableName: string;
  readonly IndexName: string;
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: Attributes;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Attributes;
}

/**
 * Tables in memory: GetItem, PutItem, Query of an index and TransactWriteItems as `DynamoLedger` asks for them, each at once, and nothing
 * besides. moto copies the table for each transaction and reads all of it for each query.
 */
export function createLedgerTables(): LedgerTables {
  const tables = new Map<string, LedgerTable>();
  const tokens = new Set<string>();
  const tableOf = (name: string): LedgerTable => {
    const table = tables.get(name) ?? new LedgerTable();
    tables.set(name, table);
    return table;
  };
  const get = ({ TableName, Key }: { readonly TableName: string; readonly Key: Attributes }): TableAnswer => {
    const Item = tableOf(TableName).get(textOf(Key, 'pk'));
    return done(Item === undefined ? {} : { Item });
  };
  const query = (asked: Query): TableAnswer => {
    const [, comparison] = /^(?:#at|\w+At) = :at(?: AND #sort (>=?) :from)?$/.exec(asked.KeyConditionExpression) ?? [
      undefined,
      'none',
    ];
    if (comparison === 'none') throw new Error(`a ledger asks no ${asked.KeyConditionExpression}`);
    const { IndexName: index, ExpressionAttributeValues: values, Limit = Number.POSITIVE_INFINITY, ExclusiveStartKey } = asked;
    const from = textOf(ExclusiveStartKey, `${index}Sort`) || textOf(values, ':from');
    const isBehind = ExclusiveStartKey !== undefined || comparison === '>';
    const Items = tableOf(asked.TableName).page({ index, at: textOf(values, ':at'), from, isBehind, limit: Limit });
    // it cannot know that nothing follows a page that is full
    return done({ Items, ...(Items.length === Limit && { LastEvaluatedKey: Items.at(-1) }) });
  };
  const transact = ({ TransactItems, ClientRequestToken }: Transaction): TableAnswer => {
    if (tokens.has(ClientRequestToken)) return done({});
    const held = TransactItems.map((item) => holds(item, tableOf(conditionOf(item).TableName)));
    if (held.includes(false)) return cancelled(held);
    for (const { Put, Delete } of TransactItems) {
      if (Put !== undefined) tableOf(Put.TableName).put(Put.Item);
      if (Delete !== undefined) tableOf(Delete.TableName).delete(textOf(Delete.Key, 'pk'));
    }
    tokens.add(ClientRequestToken);
    return done({});
  };
  const put = (asked: Conditional & { readonly Item: Attributes }): TableAnswer => {
    if (!holds({ Put: asked }, tableOf(asked.TableName))) return refused();
    tableOf(asked.TableName).put(asked.Item);
    return done({});
  };
  const carryOut = { GetItem: get, PutItem: put, Query: query, TransactWriteItems: transact } as unknown as Readonly<
    Record<string, (request: unknown) => TableAnswer>
  >;
  return { answer: (operation, request) => carryOut[operation]?.(request) };
}

function done(body: object): TableAnswer {
  return { statusCode: 200, body };
}

function conditionOf({ Put, Delete, ConditionCheck }: Transacted): Conditional {
  return (Put ?? Delete ?? ConditionCheck) as Conditional;
}

function holds(item: Transacted, table: LedgerTable): boolean {
  const key = item.Put?.Item ?? item.Delete?.Key ?? item.ConditionCheck?.Key;
  const there = table.get(textOf(key, 'pk'));
  const { ConditionExpression, ExpressionAttributeValues } = conditionOf(item);
  if (ConditionExpression === 'attribute_not_exists(pk)') return there === undefined;
  if (ConditionExpression === 'v = :v') return there?.['v']?.['N'] === ExpressionAttributeValues?.[':v']?.['N'];
  throw new Error(`a ledger writes under no condition ${ConditionExpression}`);
}

function refused(): TableAnswer {
  const message = 'The conditional request failed';
  return { statusCode: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message } };
}

function cancelled(held: readonly boolean[]): TableAnswer {
  const codes = held.map((each) => (each ? 'None' : 'ConditionalCheckFailed'));
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`;
  const CancellationReasons = codes.map((Code) => ({ Code }));
  const __type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
  return { statusCode: 400, body: { __type, message, Message: message, CancellationReasons } };
}
