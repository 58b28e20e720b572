import { randomUUID } from 'node:crypto';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  type BatchrockError,
  type CallOptions,
  CancelledError,
  type Clock,
  type CommitResult,
  checkCommit,
  type Item,
  isServiceError,
  type Key,
  type Ledger,
  type Page,
  type PageQuery,
  type Random,
  ServiceError,
  type Write,
} from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { tooLarge } from './item-size.ts';
import { type Attributes, hintFrom, indexAttributes, itemFrom, sortBehind } from './ledger-item.ts';
import { isPassing, Patience } from './patience.ts';
import { refusalOf, singlePutOf, transactionOf } from './transaction.ts';
import { translateTableError } from './translate-table-error.ts';

/** Where a ledger on DynamoDB is. */
export interface DynamoLedgerOptions extends ConnectionOptions {
  /** Name or ARN of a table as `createLedgerTable` makes it. */
  readonly table: string;
  /** Pauses between the tries of a call. */
  readonly clock: Clock;
  /** Spreads the pauses. */
  readonly random: Random;
}

const DEFAULT_PAGE = 100;
/** Bytes come within milliseconds; a connection that stands still is given up, and the call is made again. */
const IDLE_MS = 10_000;

/** Opens a ledger in a table. Nothing is asked of it yet. */
export function createDynamoLedger(options: DynamoLedgerOptions): DynamoLedger {
  return new DynamoLedger(options);
}

/**
 * A ledger in one DynamoDB table, for any number of processes on any number of machines; `ledger-item.ts` has the layout.
 * `get` is strongly consistent. `page` asks a global secondary index, which may lag behind. A commit is one transaction, or one
 * put where it has nothing else: a version that is not the expected one makes it `stale`; a conflict with another transaction,
 * which says nothing about versions, is waited for, and is `contended` only in the end. Throttling and lost answers are tried
 * again under the same token, which DynamoDB remembers of a transaction for ten minutes; where that does not tell what became of
 * the commit, the items do, by the token that wrote them.
 */
export class DynamoLedger implements Ledger {
  readonly isMetered = true;
  readonly table: string;
  readonly #client: DynamoDBClient;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(options: DynamoLedgerOptions) {
    this.table = options.table;
    // the tries are ours: the SDK's own would hide that an earlier one may have taken effect
    this.#client = new DynamoDBClient({ ...clientConfig(options, IDLE_MS), maxAttempts: 1 });
    this.#clock = options.clock;
    this.#random = options.random;
  }

  async get(key: Key, options: CallOptions = {}): Promise<Item<unknown> | undefined> {
    const found = await this.#read('GetItem', options, (abortSignal) => {
      const command = new GetItemCommand({ TableName: this.table, Key: { pk: { S: key } }, ConsistentRead: true });
      return this.#client.send(command, { abortSignal });
    });
    return found.Item === undefined ? undefined : itemFrom(found.Item);
  }

  async page(query: PageQuery, options: CallOptions = {}): Promise<Page<Item<unknown>>> {
    const limit = query.limit ?? DEFAULT_PAGE;
    const found: Attributes[] = [];
    let from: Attributes | undefined;
    // a Query ends after 1 MB, whatever its limit; one item more than asked for tells whether this is the last page
    do {
      const input: QueryCommandInput = {
        ...queryOf(this.table, query),
        Limit: limit + 1 - found.length,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      };
      const page = await this.#read('Query', options, (abortSignal) =>
        this.#client.send(new QueryCommand(input), { abortSignal }),
      );
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from !== undefined && found.length <= limit);
    const items = found.slice(0, limit).map(hintFrom);
    const cursor = found[limit - 1]?.[indexAttributes(query.index).sort]?.S;
    return found.length > limit && cursor !== undefined ? { items, cursor } : { items };
  }

  async commit(writes: readonly Write[], options: CallOptions = {}): Promise<CommitResult> {
    checkSignal(options);
    checkCommit(writes);
    const token = randomUUID();
    const send = this.#sender(writes, token);
    const patience = new Patience(this.#clock, this.#random);
    // a try whose answer was lost may have taken effect, and no later answer takes that back
    let unheard: BatchrockError | undefined;
    for (;;) {
      const failure = await this.#try(send, writes, options);
      if (failure === undefined) return 'done';
      if (failure.kind === 'stale') {
        if (unheard === undefined) return { stale: failure.keys };
        if (await this.#wasDone(writes, token, options)) return 'done';
        throw unheard;
      }
      if (failure.kind === 'error') {
        if (!isPassing(failure.error)) throw unheard ?? failure.error;
        if (isServiceError(failure.error) && failure.error.effect === 'unknown') unheard = failure.error;
      }
      if (await patience.wait(options.signal)) continue;
      if (unheard !== undefined) throw unheard;
      if (failure.kind === 'error') throw failure.error;
      return 'contended';
    }
  }

  /** Lets go of the connections. Calls after it fail. */
  destroy(): void {
    this.#client.destroy();
  }

  /** How the commit is sent: one put alone as such, for half the price, all else as a transaction. */
  #sender(writes: readonly Write[], token: string): Send {
    const put = singlePutOf(this.table, writes, token);
    if (put !== undefined) {
      const command = new PutItemCommand(put);
      return { operation: 'PutItem', send: (abortSignal) => this.#client.send(command, { abortSignal }) };
    }
    const command = new TransactWriteItemsCommand(transactionOf(this.table, writes, token));
    return { operation: 'TransactWriteItems', send: (abortSignal) => this.#client.send(command, { abortSignal }) };
  }

  /** One try of a commit; undefined when it took effect. */
  async #try({ operation, send }: Send, writes: readonly Write[], { signal }: CallOptions): Promise<Failure | undefined> {
    try {
      await send(signal);
      return undefined;
    } catch (error) {
      const refusal = refusalOf(error, writes);
      switch (refusal?.kind) {
        case 'stale':
        case 'conflict':
          return refusal;
        case 'too-large':
          throw tooLarge(`${this.table}: ${refusal.message}`, error);
        case 'throttled':
          return { kind: 'error', error: throttled(`${operation} ${this.table}: ${refusal.message}`, error) };
        case 'in-progress':
          return { kind: 'error', error: underWay(this.table, error) };
        default:
          return { kind: 'error', error: translateTableError(error, operation, this.table) };
      }
    }
  }

  /** True when an item still bears the token of the commit: a commit is atomic, so one is enough. */
  async #wasDone(writes: readonly Write[], token: string, options: CallOptions): Promise<boolean> {
    for (const write of writes) {
      if (!('put' in write)) continue;
      const found = await this.#read('GetItem', options, (abortSignal) => {
        const Key = { pk: { S: write.put.key } };
        const names = { ExpressionAttributeNames: { '#by': 'by' }, ProjectionExpression: '#by' };
        return this.#client.send(new GetItemCommand({ TableName: this.table, Key, ConsistentRead: true, ...names }), {
          abortSignal,
        });
      });
      if (found.Item?.['by']?.S === token) return true;
    }
    return false;
  }

  /** Reads, again and again while that may help. */
  async #read<T>(operation: string, options: CallOptions, read: (signal: AbortSignal | undefined) => Promise<T>): Promise<T> {
    checkSignal(options);
    const patience = new Patience(this.#clock, this.#random);
    for (;;) {
      try {
        return await read(options.signal);
      } catch (error) {
        const translated = translateTableError(error, operation, this.table);
        if (!isPassing(translated) || !(await patience.wait(options.signal))) throw translated;
      }
    }
  }
}

interface Send {
  readonly operation: string;
  readonly send: (signal: AbortSignal | undefined) => Promise<unknown>;
}

type Failure =
  | { readonly kind: 'stale'; readonly keys: readonly Key[] }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'error'; readonly error: BatchrockError };

function queryOf(TableName: string, { index, at, after, cursor }: PageQuery): QueryCommandInput {
  const names = indexAttributes(index);
  const least = after === undefined ? undefined : sortBehind(after);
  const goesOn = cursor !== undefined && (least === undefined || cursor >= least);
  const from = goesOn ? cursor : least;
  return {
    TableName,
    IndexName: index,
    KeyConditionExpression: from === undefined ? '#at = :at' : `#at = :at AND #sort ${goesOn ? '>' : '>='} :from`,
    ExpressionAttributeNames: { '#at': names.at, ...(from === undefined ? {} : { '#sort': names.sort }) },
    ExpressionAttributeValues: { ':at': { S: at }, ...(from === undefined ? {} : { ':from': { S: from } }) },
  };
}

function throttled(message: string, cause: unknown): ServiceError {
  return new ServiceError('BR-E0502', message, { reason: 'throttled', effect: 'none', cause });
}

function underWay(table: string, cause: unknown): ServiceError {
  const message = `TransactWriteItems ${table}: the commit is under way, and its answer was lost`;
  return new ServiceError('BR-E0503', message, { reason: 'unavailable', effect: 'unknown', cause });
}

function checkSignal(options: CallOptions): void {
  if (options.signal?.aborted) throw new CancelledError('cancelled', { cause: options.signal.reason });
}
