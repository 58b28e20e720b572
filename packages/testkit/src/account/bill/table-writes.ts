import { isObject } from '../front/call.ts';

/** What is known of an item that was written: its bytes, and where it stands in its indexes. */
interface KnownItem {
  readonly bytes: number;
  readonly places: ReadonlyMap<string, string>;
}

/** The items of all tables that were written, by table and key. */
export type KnownItems = Map<string, KnownItem>;

/** What one part of a write took. */
export interface WrittenPart {
  /** What was done: the kind of the event in the same transaction, or the schemas in it where there is none. */
  readonly step: string;
  /** The schema of the item; the action on one that is not put. */
  readonly item: string;
  /** Write request units, those of the indexes among them. */
  readonly units: number;
  /** Those of the indexes. */
  readonly indexUnits: number;
  /** Of what was put, 0 for the rest. */
  readonly bytes: number;
}

type Json = Readonly<Record<string, unknown>>;

/** What the parts of a transaction took, each. */
export function partsOfTransaction(items: readonly Json[], isDone: boolean, known: KnownItems): readonly WrittenPart[] {
  const step = isDone ? stepOf(items) : `refused: ${stepOf(items)}`;
  return items.map((part) => ({ step, ...unitsOfPart(part, 2, isDone, known) }));
}

/** What a single put or removal took. */
export function partOfWrite(part: Json, isDone: boolean, known: KnownItems): WrittenPart {
  const step = isDone ? stepOf([part]) : `refused: ${stepOf([part])}`;
  return { step, ...unitsOfPart(part, 1, isDone, known) };
}

/**
 * A part takes one unit for each KB of the larger of what was there and what is written, in a transaction two, also where it was
 * refused. Once it is done, an index takes one for each KB of an entry that is new, gone or has changed where it stood, and two of one
 * that moved (Amazon DynamoDB Developer Guide, "Write capacity units for Global Secondary Indexes", "Transactions" and "Capacity unit
 * consumption", 2026-11).
 */
function unitsOfPart(part: Json, perKilobyte: number, isDone: boolean, known: KnownItems): Omit<WrittenPart, 'step'> {
  const [[action = '', body] = []] = Object.entries(part);
  const written = isObject(body) && isObject(body['Item']) ? body['Item'] : undefined;
  const id = idOf(isObject(body) ? body : {});
  const before = known.get(id) ?? NO_ITEM;
  const after: KnownItem = written === undefined ? NO_ITEM : { bytes: bytesOf(written), places: placesOf(written) };
  const size = kilobytes(Math.max(before.bytes, after.bytes));
  const item = written === undefined ? action : schemaOf(written);
  const isChanged = isDone && (action === 'Put' || action === 'Delete');
  if (isChanged) known.set(id, after);
  const indexUnits = isChanged ? size * entriesWritten(before.places, after.places) : 0;
  return { item, units: perKilobyte * size + indexUnits, indexUnits, bytes: after.bytes };
}

const NO_ITEM: KnownItem = { bytes: 0, places: new Map() };

function entriesWritten(before: KnownItem['places'], after: KnownItem['places']): number {
  const indexes = new Set([...before.keys(), ...after.keys()]);
  const moved = [...indexes].filter((index) => before.has(index) && after.has(index) && before.get(index) !== after.get(index));
  return indexes.size + moved.length;
}

function idOf(body: Json): string {
  const key = body['Item'] ?? body['Key'];
  return `${String(body['TableName'])} ${JSON.stringify(isObject(key) && isObject(key['pk']) ? key['pk'] : key)}`;
}

/** An index is over a pair of attributes, `<index>At` and `<index>Sort`: the layout of a ledger. */
function placesOf(item: Json): ReadonlyMap<string, string> {
  const indexes = Object.keys(item).flatMap((name) => (name.endsWith('At') ? [name.slice(0, -2)] : []));
  const paired = indexes.filter((index) => item[`${index}Sort`] !== undefined);
  return new Map(paired.map((index) => [index, JSON.stringify([item[`${index}At`], item[`${index}Sort`]])]));
}

function stepOf(parts: readonly Json[]): string {
  const items = parts.flatMap(({ Put }) => (isObject(Put) && isObject(Put['Item']) ? [Put['Item']] : []));
  const event = items.find((item) => schemaOf(item).startsWith('event/'));
  if (event !== undefined) return String((JSON.parse(textOf(event['body'])) as { kind?: unknown }).kind);
  return items.length === 0 ? 'others' : items.map(schemaOf).join(', ');
}

function schemaOf(item: Json): string {
  return textOf(item['schema']) || 'item';
}

function textOf(value: unknown): string {
  return isObject(value) && typeof value['S'] === 'string' ? value['S'] : '';
}

/** Of attributes: names and values (Developer Guide, "DynamoDB item sizes", 2026-11; a number takes a byte for two digits, and one more). */
function bytesOf(item: Json): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOfValue(value), 0);
}

function bytesOfValue(value: unknown): number {
  if (!isObject(value)) return 0;
  const [[type, held] = []] = Object.entries(value);
  switch (type) {
    case 'S':
      return Buffer.byteLength(String(held));
    case 'N':
      return Math.ceil(String(held).length / 2) + 1;
    case 'B':
      return Math.ceil((String(held).length * 3) / 4);
    case 'BOOL':
    case 'NULL':
      return 1;
    default:
      // lists and maps: their overhead, and what is in them as text
      return 3 + Buffer.byteLength(JSON.stringify(held));
  }
}

/** Kilobytes that are paid for. */
function kilobytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1_024));
}
