import { type FrontRequest, isObject, jsonBody } from '../front/call.ts';
import { addUsage, NO_USAGE, type Usage } from './usage.ts';

/** Counts the calls that roles of the account make. */
export interface Meter {
  /** Takes a call that was allowed, and how long its answer was. */
  note(request: FrontRequest, answerBytes: number): void;
  /** What was used since the account was opened. */
  usage(): Usage;
}

/** A meter at nothing. */
export function createMeter(): Meter {
  let used = NO_USAGE;
  return {
    note(request, answerBytes) {
      used = addUsage(used, useOf(request, answerBytes));
    },
    usage: () => used,
  };
}

function useOf(request: FrontRequest, answerBytes: number): Partial<Usage> {
  switch (request.service) {
    case 's3':
      return useOfObjects(request);
    case 'dynamodb':
      return useOfTable(request, answerBytes);
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

/**
 * At the most: a part of a transaction takes two units for each KB, an index entry one for what is written and one for what it
 * replaces, since its key may be another. The text of an answer is longer than the items in it.
 */
function useOfTable(request: FrontRequest, answerBytes: number): Partial<Usage> {
  const body = jsonBody(request);
  const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const units = Math.max(1, Math.ceil(answerBytes / 4_096));
  switch (action) {
    case 'TransactWriteItems':
      return { tableWrites: list(body['TransactItems']).reduce((sum, item) => sum + unitsOfPart(item), 0) };
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

function unitsOfPart(item: Readonly<Record<string, unknown>>): number {
  const written = isObject(item['Put']) ? item['Put']['Item'] : undefined;
  if (!isObject(written)) return 2;
  const entries = Object.keys(written).filter((name) => name.endsWith('At')).length;
  return kilobytes(written) * (2 + 2 * entries);
}

function kilobytes(item: unknown): number {
  return Math.max(1, Math.ceil(Buffer.byteLength(JSON.stringify(item ?? {})) / 1_024));
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
