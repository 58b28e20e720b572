import { StateError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { type LaneBody, newLane } from '../lane/index.ts';
import {
  type ByteSource,
  type CallOptions,
  type Item,
  type Ledger,
  type ObjectStore,
  type PageQuery,
  UNREADABLE,
  type Version,
  type Write,
} from '../ports/index.ts';
import type { RunBody, RunDocument } from './document.ts';
import { laneItem, type NameBody, partItem, runItem } from './items.ts';
import { ledgerKeys, objectKeys } from './keys.ts';
import type { RunPorts } from './ports.ts';

/** A body with the version that a write must expect: what was read and may be decided upon. */
export interface Loaded<Body> {
  readonly body: Body;
  readonly version: Version;
}

/** Which part. */
export interface PartRef {
  readonly run: string;
  readonly attempt: number;
  readonly part: number;
}

/** A run, strongly consistent. Throws `BR-E0201` when there is none. */
export async function loadRun(ledger: Ledger, run: string, o?: CallOptions): Promise<Loaded<RunBody>> {
  const found = await findRun(ledger, run, o);
  if (found === undefined) throw new StateError('BR-E0201', `no run ${run} in this ledger`, { details: { run } });
  return found;
}

/** A run, strongly consistent; undefined when there is none. */
export async function findRun(ledger: Ledger, run: string, o?: CallOptions): Promise<Loaded<RunBody> | undefined> {
  return typed<RunBody>(await ledger.get(ledgerKeys.run(run), o), 'run/1');
}

/** A part, strongly consistent. */
export async function loadPart(ledger: Ledger, ref: PartRef, o?: CallOptions): Promise<Loaded<PartBody>> {
  const key = ledgerKeys.part(ref.run, ref.attempt, ref.part);
  const found = typed<PartBody>(await ledger.get(key, o), 'part/1');
  if (found === undefined) throw new StateError('BR-E0206', `no part ${key} in this ledger`, { details: { key } });
  return found;
}

/** A part, strongly consistent; undefined when there is none. */
export async function findPart(ledger: Ledger, ref: PartRef, o?: CallOptions): Promise<Loaded<PartBody> | undefined> {
  return typed<PartBody>(await ledger.get(ledgerKeys.part(ref.run, ref.attempt, ref.part), o), 'part/1');
}

/** Which part a job's name belongs to; undefined when the name is not of this ledger. */
export async function findName(ledger: Ledger, jobName: string, o?: CallOptions): Promise<Loaded<NameBody> | undefined> {
  return typed<NameBody>(await ledger.get(ledgerKeys.name(jobName), o), 'name/1');
}

/** A lane, strongly consistent; a lane that nobody opened has no slots and version `absent`. */
export async function loadLane(ledger: Ledger, lane: string, o?: CallOptions): Promise<Loaded<LaneBody> | OpenedLane> {
  return typed<LaneBody>(await ledger.get(ledgerKeys.lane(lane), o), 'lane/1') ?? { body: newLane(lane, 0), version: 'absent' };
}

/** A lane that is not in the ledger yet. */
export interface OpenedLane {
  readonly body: LaneBody;
  readonly version: 'absent';
}

/** Every body below an index that can be read, page by page: a hint, to be read again before anything is decided. */
export async function* eachBody<Body>(ledger: Ledger, query: PageQuery, o?: CallOptions): AsyncIterable<Body> {
  for await (const item of eachItem(ledger, query, o)) if (item.schema !== UNREADABLE) yield item.body as Body;
}

async function* eachItem(ledger: Ledger, query: PageQuery, o?: CallOptions): AsyncIterable<Item<unknown>> {
  let cursor: string | undefined;
  do {
    const page = await ledger.page(cursor === undefined ? query : { ...query, cursor }, o);
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/**
 * The parts of a run that count: those of its complete generations, or all of the first while it is being prepared. Throws
 * `BR-E0205` for one that cannot be read.
 */
export async function loadParts(ledger: Ledger, run: RunBody, o?: CallOptions): Promise<readonly PartBody[]> {
  const parts: PartBody[] = [];
  for await (const item of eachItem(ledger, { index: 'parts', at: run.run, limit: 500 }, o)) {
    const part = readAs<PartBody>(item, 'part/1').body;
    const known = run.parts[part.attempt - 1] ?? (run.state === 'preparing' ? Number.POSITIVE_INFINITY : 0);
    if (part.part < known) parts.push(part);
  }
  return parts;
}

/** Which parts a run counts: those of its complete generations. */
export function* partsOf({ run, parts }: Pick<RunBody, 'run' | 'parts'>): Iterable<PartRef> {
  for (const [generation, count] of parts.entries()) {
    for (let part = 0; part < count; part++) yield { run, attempt: generation + 1, part };
  }
}

/** `run.json`. Throws `BR-E0208` when it is gone, `BR-E0205` when it was written by another version. */
export async function loadDocument(ports: RunPorts, run: string, o?: CallOptions): Promise<RunDocument> {
  const key = objectKeys.document(run);
  const text = await readText(ports.objects, key, o).catch(unlessNotUtf8);
  if (text === undefined) {
    throw new StateError('BR-E0208', `${ports.objects.uri}/${key} is missing; it says what run ${run} asked for`, {
      details: { key },
      hint: 'restore it, or start the run anew with --new',
    });
  }
  const document = parseDocument(text);
  if (document?.schema === 'batchrock.run/1') return document;
  const what = document === undefined ? 'is damaged: it is no JSON object' : `has schema ${JSON.stringify(document.schema)}`;
  throw new StateError('BR-E0205', `${ports.objects.uri}/${key} ${what}; this version reads batchrock.run/1`, {
    details: { key },
    hint: 'restore it from a version of the bucket, or start the run anew with --new',
  });
}

/** No JSON is empty. */
function unlessNotUtf8(error: unknown): string {
  if (error instanceof TypeError) return '';
  throw error;
}

function parseDocument(text: string): RunDocument | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as RunDocument) : undefined;
  } catch {
    return undefined;
  }
}

/** A small object as text; undefined when there is none, a TypeError when it is not UTF-8. */
export async function readText(objects: ObjectStore, key: string, o?: CallOptions): Promise<string | undefined> {
  const source = await objects.open(key, o);
  return source === undefined ? undefined : drain(source);
}

async function drain(source: ByteSource): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const block = new Uint8Array(16_384);
  let text = '';
  try {
    for (;;) {
      const length = await source.readInto(block);
      if (length === 0) return text + decoder.decode();
      text += decoder.decode(block.subarray(0, length), { stream: true });
    }
  } finally {
    await source.close();
  }
}

/** Puts the next body of a part that was read. */
export function putPart(before: Loaded<PartBody>, next: PartBody): Write {
  return { put: partItem(next), expect: before.version };
}

/** Puts the next body of a lane that was read. */
export function putLane(before: Loaded<LaneBody> | OpenedLane, next: LaneBody): Write {
  return { put: laneItem(next), expect: before.version };
}

/** Puts the next body of a run that was read. */
export function putRun(before: Loaded<RunBody>, next: RunBody): Write {
  return { put: runItem(next), expect: before.version };
}

function typed<Body>(item: Item<unknown> | undefined, schema: string): Loaded<Body> | undefined {
  return item === undefined ? undefined : readAs(item, schema);
}

function readAs<Body>(item: Item<unknown>, schema: string): Loaded<Body> {
  if (item.schema === schema) return { body: item.body as Body, version: item.version };
  throw new StateError('BR-E0205', `${item.key} has schema ${JSON.stringify(item.schema)}; this version reads ${schema}`);
}
