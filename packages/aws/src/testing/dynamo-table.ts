type Value = { readonly S?: string; readonly N?: string; readonly B?: string };
type Attributes = Readonly<Record<string, Value>>;

interface Conditional {
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeValues?: Attributes;
}

/** A request as the protocol has it; what an operation does not use is absent. */
export interface Request extends Conditional {
  readonly TableName?: string;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
  readonly ConsistentRead?: boolean;
  readonly TransactItems?: readonly {
    readonly Put?: Conditional & { readonly Item: Attributes };
    readonly Delete?: Conditional & { readonly Key: Attributes };
    readonly ConditionCheck?: Conditional & { readonly Key: Attributes };
  }[];
  readonly ClientRequestToken?: string;
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Attributes;
}

/** An error that the service answers with. */
export class ServiceFault extends Error {
  readonly status: number;
  readonly details: object;

  constructor(name: string, message = name, status = 400, details: object = {}) {
    super(message);
    this.name = name;
    this.status = status;
    this.details = details;
  }
}

/** Cancels a transaction for these reasons, one an item; undefined: nothing is wrong with that one. */
export function cancelled(codes: readonly (string | undefined)[], message = 'it was refused'): ServiceFault {
  const reasons = codes.map((code) => (code === undefined ? { Code: 'None' } : { Code: code, Message: message }));
  const text = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.map((code) => code ?? 'None').join(', ')}]`;
  return new ServiceFault('TransactionCanceledException', text, 400, { CancellationReasons: reasons });
}

/** The items of one table with the key `pk`, and the operations that a ledger asks for; every other request is refused. */
export class DynamoTable {
  readonly items = new Map<string, Attributes>();
  /** Items that a Query hands out at most, as DynamoDB stops after 1 MB. */
  pageItems = Number.POSITIVE_INFINITY;
  /** False: a transaction is carried out again for a token that it was carried out for. */
  remembersTokens = true;
  readonly #tokens = new Set<string>();
  /** Keys of the transactions under way. */
  readonly #locked = new Set<string>();

  async carryOut(operation: string, request: Request): Promise<unknown> {
    if (operation === 'GetItem') {
      if (request.ConsistentRead !== true) throw new Error('a ledger reads consistently');
      const item = this.items.get(request.Key!['pk']!.S!);
      return item === undefined ? {} : { Item: item };
    }
    if (operation === 'Query') return this.#query(request);
    if (operation === 'TransactWriteItems') return this.#transact(request);
    if (operation === 'PutItem') return this.#put(request);
    throw new ServiceFault('UnknownOperationException', operation);
  }

  /** It is refused while a transaction with its item is under way, and remembers no token. */
  #put(request: Request): unknown {
    const { Item = {} } = request;
    const key = Item['pk']!.S!;
    if (this.#locked.has(key)) throw new ServiceFault('TransactionConflictException');
    if (!holds(request, this.items.get(key))) throw new ServiceFault('ConditionalCheckFailedException');
    this.items.set(key, Item);
    return {};
  }

  async #transact({ TransactItems = [], ClientRequestToken = '' }: Request): Promise<unknown> {
    if (this.remembersTokens && this.#tokens.has(ClientRequestToken)) return {};
    const parts = TransactItems.map((item) => {
      const part = item.Put ?? item.Delete ?? item.ConditionCheck!;
      return {
        part,
        put: item.Put?.Item,
        isDelete: item.Delete !== undefined,
        key: ('Item' in part ? part.Item : part.Key)['pk']!.S!,
      };
    });
    if (new Set(parts.map(({ key }) => key)).size !== parts.length) throw new Error('two operations on one item');
    if (parts.some(({ key }) => this.#locked.has(key))) {
      throw cancelled(parts.map(({ key }) => (this.#locked.has(key) ? 'TransactionConflict' : undefined)));
    }
    for (const { key } of parts) this.#locked.add(key);
    await new Promise((resolve) => setImmediate(resolve));
    for (const { key } of parts) this.#locked.delete(key);
    const held = parts.map(({ part, key }) => holds(part, this.items.get(key)));
    if (held.includes(false)) throw cancelled(held.map((each) => (each ? undefined : 'ConditionalCheckFailed')));
    for (const { put, isDelete, key } of parts) {
      if (put !== undefined) this.items.set(key, put);
      if (isDelete) this.items.delete(key);
    }
    this.#tokens.add(ClientRequestToken);
    return {};
  }

  #query(request: Request): unknown {
    const {
      IndexName,
      KeyConditionExpression = '',
      ExpressionAttributeNames: names = {},
      ExpressionAttributeValues: values = {},
    } = request;
    const [, comparison] = /^#at = :at(?: AND #sort (>=?) :from)?$/.exec(KeyConditionExpression) ?? [undefined, 'none'];
    if (comparison === 'none' || names['#at'] !== `${IndexName}At`) throw new Error(KeyConditionExpression);
    const sortOf = (item: Attributes): string => item[`${IndexName}Sort`]?.S ?? '';
    const least = values[':from']?.S ?? '';
    const start = request.ExclusiveStartKey === undefined ? '' : sortOf(request.ExclusiveStartKey);
    const found = [...this.items.values()]
      .filter((item) => item[`${IndexName}At`]?.S === values[':at']!.S)
      .filter((item) => (comparison === '>' ? sortOf(item) > least : sortOf(item) >= least))
      .filter((item) => start === '' || sortOf(item) > start)
      .sort((a, b) => (sortOf(a) < sortOf(b) ? -1 : 1));
    const size = Math.min(request.Limit ?? Number.POSITIVE_INFINITY, this.pageItems);
    const Items = found.slice(0, size);
    // it cannot know that nothing follows a page that is full
    return Items.length === size && Items.length > 0 ? { Items, LastEvaluatedKey: Items.at(-1) } : { Items };
  }
}

function holds({ ConditionExpression, ExpressionAttributeValues }: Conditional, item: Attributes | undefined): boolean {
  if (ConditionExpression === 'attribute_not_exists(pk)') return item === undefined;
  if (ConditionExpression === 'v = :v') return item?.['v']?.N === ExpressionAttributeValues![':v']!.N;
  throw new Error(`a ledger writes under a condition, not under ${ConditionExpression}`);
}
