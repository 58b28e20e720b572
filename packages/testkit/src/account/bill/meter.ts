import { type FrontRequest, isObject, jsonBody } from '../front/call.ts';
import { addUsage, NO_USAGE, type Usage } from './usage.ts';

/** What is asked of the answer to a call. */
export interface NotedAnswer {
  readonly bytes: number;
  /** False where the service refused to carry it out. */
  readonly isDone: boolean;
}

/** Counts the calls that roles of the account make. */
export interface Meter {
  /** Takes a call that was allowed, and its answer. */
  note(request: FrontRequest, answer: NotedAnswer): void;
  /** What was used since the account was opened. */
  usage(): Usage;
}

/** A meter at nothing. */
export function createMeter(): Meter {
  let used = NO_USAGE;
  const places: Places = new Map();
  return {
    note(request, answer) {
      used = addUsage(used, useOf(request, answer, places));
    },
    usage: () => used,
  };
}

/** Where the items of all tables stand in their indexes, by table and key. */
type Places = Map<string, ReadonlyMap<string, string>>;

function useOf(request: FrontRequest, answer: NotedAnswer, places: Places): Partial<Usage> {
  switch (request.service) {
    case 's3':
      return useOfObjects(request);
    case 'dynamodb':
      return useOfTable(request, answer, places);
    case 'sqs':
      return { queueRequests: 1 };
    default:
      return {};
  }
}

/** Deletions and the abandoning of uploads cost nothing. */
function useOfObjects({ method, path, query }: FrontRequest): Partial<Usage> {
  const isObjectKey = path.slice(1).includes('/');
  if (method === 'DELETE' || query.has('delete')) return {};
  if (method === 'GET' || method === 'HEAD') return isObjectKey ? { objectReads: 1 } : { objectWrites: 1 };
  return { objectWrites: 1 };
}

/** The text of an answer is longer than the items in it. */
function useOfTable(request: FrontRequest, { bytes, isDone }: NotedAnswer, places: Places): Partial<Usage> {
  const body = jsonBody(request);
  const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const units = Math.max(1, Math.ceil(bytes / 4_096));
  switch (action) {
    case 'TransactWriteItems':
      return { tableWrites: list(body['TransactItems']).reduce((sum, item) => sum + unitsOfPart(item, isDone, places), 0) };
    case 'PutItem':
      return { tableWrites: kilobytes(body['Item']) };
    case 'UpdateItem':
    case 'DeleteItem':
      return { tableWrites: 1 };
    case 'GetItem':
      return { tableReads: body['ConsistentRead'] === true ? units : units / 2 };
    case 'Query':
    case 'Scan':
      return { tableReads: units / 2 };
    default:
      throw new Error(`it is not known what ${action} costs`);
  }
}

/**
 * A part of a transaction takes two units for each KB, also where it was refused. Once it is done, an index takes one for each KB of an
 * entry that is new, gone or has changed where it stood, and two of one that moved (Amazon DynamoDB Developer Guide, "Write capacity
 * units for Global Secondary Indexes" and "Transactions", 2026-11).
 */
function unitsOfPart(part: Readonly<Record<string, unknown>>, isDone: boolean, places: Places): number {
  const { Put, Delete } = part;
  const written = isObject(Put) ? Put['Item'] : undefined;
  const size = isObject(written) ? kilobytes(written) : 1;
  const changed = isObject(Put) ? Put : Delete;
  if (!isDone || !isObject(changed)) return 2 * size;
  const item = isObject(written) ? written : {};
  const key = isObject(written) ? item['pk'] : changed['Key'];
  const id = `${String(changed['TableName'])} ${JSON.stringify(isObject(key) && isObject(key['pk']) ? key['pk'] : key)}`;
  const [before, after] = [places.get(id) ?? new Map<string, string>(), placesOf(item)];
  places.set(id, after);
  const indexes = new Set([...before.keys(), ...after.keys()]);
  const moved = [...indexes].filter((index) => before.has(index) && after.has(index) && before.get(index) !== after.get(index));
  return size * (2 + indexes.size + moved.length);
}

/** An index is over a pair of attributes, `<index>At` and `<index>Sort`: the layout of a ledger. */
function placesOf(item: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const indexes = Object.keys(item).filter((name) => name.endsWith('At'));
  return new Map(indexes.map((name) => [name, JSON.stringify([item[name], item[`${name.slice(0, -2)}Sort`]])]));
}

function kilobytes(item: unknown): number {
  return Math.max(1, Math.ceil(Buffer.byteLength(JSON.stringify(item ?? {})) / 1_024));
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
