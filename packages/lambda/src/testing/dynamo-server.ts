import { holds, type Item, type Placeholders, Scope, updated } from './expressions.ts';
import { type JsonServer, ServiceFault, startJsonServer } from './json-server.ts';

interface Request extends Placeholders {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ExclusiveStartKey?: Item;
}

/** The table of waiters behind DynamoDB's protocol; conditions are judged, and pages are small. */
export interface DynamoServer extends JsonServer {
  readonly items: Map<string, Item>;
}

const PAGE = 3;

/** Starts an empty table with the index `open`. */
export async function startDynamoServer(): Promise<DynamoServer> {
  const items = new Map<string, Item>();
  const judged = (request: Request, key: string, scope: Scope): void => {
    const { ConditionExpression: condition } = request;
    const passes = condition === undefined || holds(condition, items.get(key), scope);
    if (!passes) throw new ServiceFault('ConditionalCheckFailedException', 'The conditional request failed');
  };
  const server = await startJsonServer({
    GetItem: ({ Key }: Request) => {
      const item = items.get(Key!['waiter']!.S!);
      return item === undefined ? {} : { Item: item };
    },
    PutItem: (request: Request) => {
      const key = request.Item!['waiter']!.S!;
      const scope = new Scope(request);
      judged(request, key, scope);
      scope.end();
      items.set(key, request.Item!);
    },
    UpdateItem: (request: Request) => {
      const key = request.Key!['waiter']!.S!;
      const scope = new Scope(request);
      const next = updated(request.UpdateExpression!, items.get(key) ?? request.Key!, scope);
      judged(request, key, scope);
      scope.end();
      items.set(key, next);
      return { Attributes: next };
    },
    Query: (request: Request) => {
      const scope = new Scope(request);
      const found = [...items.values()]
        .filter((item) => holds(request.KeyConditionExpression!, item, scope) && item['since'] !== undefined)
        .sort((a, b) => Number(a['since']!.N) - Number(b['since']!.N));
      scope.end();
      const from = request.ExclusiveStartKey?.['waiter']?.S;
      const start = from === undefined ? 0 : found.findIndex((item) => item['waiter']!.S === from) + 1;
      const Items = found.slice(start, start + PAGE);
      const last = Items.at(-1);
      const more = start + PAGE < found.length && last !== undefined;
      return {
        Items,
        ...(more ? { LastEvaluatedKey: { waiter: last['waiter'], open: last['open'], since: last['since'] } } : {}),
      };
    },
  } as Parameters<typeof startJsonServer>[0]);
  return { ...server, items };
}
