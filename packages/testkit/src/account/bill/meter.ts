import { type FrontRequest, isObject, jsonBody } from '../front/call.ts';
import { type KnownItems, partOfWrite, partsOfTransaction, type WrittenPart } from './table-writes.ts';
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
  /** Every write to a table since then. */
  writes(): readonly WrittenPart[];
  /** How often each kind of request was made of S3 that is paid for. */
  objectCalls(): ReadonlyMap<string, number>;
  /** Bytes of calls and their answers since then, both ways, by the signing name of the service. */
  bytes(): ReadonlyMap<string, number>;
}

/** A meter at nothing. */
export function createMeter(): Meter {
  let used = NO_USAGE;
  const known: KnownItems = new Map();
  const written: WrittenPart[] = [];
  const objectCalls = new Map<string, number>();
  const bytes = new Map<string, number>();
  return {
    note(request, answer) {
      bytes.set(request.service, (bytes.get(request.service) ?? 0) + request.body.length + answer.bytes);
      if (request.service === 'dynamodb') {
        const parts = partsOf(request, answer, known);
        written.push(...parts);
        const tableWrites = parts.reduce((sum, { units }) => sum + units, 0);
        used = addUsage(used, { tableWrites, tableReads: readUnits(request, answer) });
        return;
      }
      const use = useOf(request);
      used = addUsage(used, use);
      if (request.service !== 's3' || Object.keys(use).length === 0) return;
      const kind = objectCallOf(request);
      objectCalls.set(kind, (objectCalls.get(kind) ?? 0) + 1);
    },
    usage: () => used,
    writes: () => written,
    objectCalls: () => objectCalls,
    bytes: () => bytes,
  };
}

function useOf(request: FrontRequest): Partial<Usage> {
  switch (request.service) {
    case 's3':
      return useOfObjects(request);
    case 'sqs':
      return { queueRequests: 1 };
    default:
      return {};
  }
}

/** The method, what is asked for beside it, and the key without what is of one run, part or job. */
function objectCallOf({ method, path, query }: FrontRequest): string {
  const key = decodeURIComponent(query.get('prefix') ?? path.slice(1).split('/').slice(1).join('/'));
  const kind = key
    .replace(/\br-[a-z0-9]{10}\b/g, '<run>')
    .replace(/\/[a-z0-9]{12}\//g, '/<job>/')
    .replace(/\d+/g, '0');
  const asked = ['list-type', 'uploads', 'uploadId'].filter((name) => query.has(name));
  return `${[method, ...asked].join(' ')} ${kind}`;
}

/** Deletions and the abandoning of uploads cost nothing; to list a bucket costs what a PUT does, and to look at its head what a GET does. */
function useOfObjects({ method, path, query }: FrontRequest): Partial<Usage> {
  if (method === 'DELETE' || query.has('delete')) return {};
  const isList = method === 'GET' && /^\/[^/]*\/?$/.test(path);
  return (method === 'GET' || method === 'HEAD') && !isList ? { objectReads: 1 } : { objectWrites: 1 };
}

function partsOf(request: FrontRequest, { isDone }: NotedAnswer, known: KnownItems): readonly WrittenPart[] {
  const body = jsonBody(request);
  switch (actionOf(request)) {
    case 'TransactWriteItems':
      return partsOfTransaction(list(body['TransactItems']), isDone, known);
    case 'PutItem':
      return [partOfWrite({ Put: body }, isDone, known)];
    case 'DeleteItem':
      return [partOfWrite({ Delete: body }, isDone, known)];
    case 'UpdateItem':
      return [partOfWrite({ Update: body }, isDone, known)];
    default:
      return [];
  }
}

/** The text of an answer is longer than the items in it. */
function readUnits(request: FrontRequest, { bytes }: NotedAnswer): number {
  const units = Math.max(1, Math.ceil(bytes / 4_096));
  const action = actionOf(request);
  switch (action) {
    case 'GetItem':
      return jsonBody(request)['ConsistentRead'] === true ? units : units / 2;
    case 'Query':
    case 'Scan':
      return units / 2;
    case 'TransactWriteItems':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return 0;
    default:
      throw new Error(`it is not known what ${action} costs`);
  }
}

function actionOf({ headers }: FrontRequest): string {
  return String(headers['x-amz-target']).split('.').at(-1) ?? '';
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
