import { createHash } from 'node:crypto';
import {
  eachBody,
  type Item,
  type Key,
  type Ledger,
  type NewItem,
  type RunPorts,
  StateError,
  transact,
  type Version,
  type Write,
} from '@batchrock/core';
import type { Log } from '../log/index.ts';
import type { FileBody, FileStatus } from './file.ts';

type Files = { readonly ledger: Ledger };

const SCHEMA = 'file/1';

function fileKey(file: string): Key {
  return `FILE#${file}`;
}

/** Keys of the ledger are printable ASCII without blanks, and those of DynamoDB up to 2,048 bytes: a longer one stands by its hash. */
const MOST_KEY = 1500;

/** Leads from a key to the newest file under it. */
function keyKey(bucket: string, key: string): Key {
  const plain = `KEY#${bucket}/${key.replace(/[^!-~]|%/gu, (each) => encodeURIComponent(each))}`;
  return plain.length <= MOST_KEY ? plain : `KEY#${bucket}#${createHash('sha256').update(key).digest('hex')}`;
}

/** Where the files of a queue are found in one status, or `Ending`: at their end, and not done with yet. */
export type FileShelf = FileStatus | 'Ending';

function openAt(queue: string, shelf: FileShelf): string {
  return `files#${queue}#${shelf}`;
}

/** A file as an item: in `runs` at its queue and in `open` at its status, by the time of its arrival. */
function fileItem(body: FileBody): NewItem<FileBody> {
  const sort = String(body.receivedAt).padStart(15, '0');
  const shelf = body.isEnding ? 'Ending' : body.status;
  return {
    key: fileKey(body.file),
    schema: SCHEMA,
    body,
    indexes: [
      { index: 'runs', at: `files#${body.queue}`, sort },
      { index: 'open', at: openAt(body.queue, shelf), sort },
    ],
  };
}

/** A file, strongly consistent; undefined when there is none. */
export async function findFile({ ledger }: Files, file: string): Promise<FileBody | undefined> {
  return bodyOf(await ledger.get(fileKey(file)));
}

/** A file with the version that a commit must expect. */
export async function readFile(
  { ledger }: Files,
  id: string,
): Promise<{ readonly key: Key; readonly file: FileBody | undefined; readonly version: Version | 'absent' }> {
  const item = await ledger.get(fileKey(id));
  return { key: fileKey(id), file: bodyOf(item), version: item?.version ?? 'absent' };
}

/** The newest file under a key; undefined when there is none. */
export async function findFileByKey({ ledger }: Files, bucket: string, key: string): Promise<FileBody | undefined> {
  const lead = await ledger.get(keyKey(bucket, key));
  return lead === undefined ? undefined : findFile({ ledger }, (lead.body as KeyBody).file);
}

/** `KEY#<bucket>/<key>`, schema `key/1`. */
interface KeyBody {
  readonly file: string;
}

/** The files of a queue on one shelf, oldest first: a hint, perhaps old. */
export function filesOn({ ledger }: Files, queue: string, shelf: FileShelf): AsyncIterable<FileBody> {
  return eachBody<FileBody>(ledger, { index: 'open', at: openAt(queue, shelf), limit: 500 });
}

/** What goes with a change of a file, in the same commit. */
export interface FileChangeOptions {
  /** Its key leads to it from now on. */
  readonly isNewest?: boolean;
  /** Read and decided anew whenever somebody else was faster. */
  readonly also?: () => Promise<readonly Write[]>;
}

/**
 * Changes a file by compare-and-set; `change` may be called again, and answers undefined to leave it as it is. Returns the file as
 * it is then. Nothing is written where nothing differs, and a new status is logged. Throws `BR-E0203` when others were always faster.
 */
export async function changeFile(
  { ports, log }: { readonly ports: RunPorts; readonly log: Log },
  file: string,
  change: (before: FileBody | undefined) => FileBody | undefined | Promise<FileBody | undefined>,
  { isNewest = false, also }: FileChangeOptions = {},
): Promise<FileBody | undefined> {
  let before: FileBody | undefined;
  const after = await transact<FileBody | undefined>(ports, async () => {
    const item = await ports.ledger.get(fileKey(file));
    before = bodyOf(item);
    const next = await change(before);
    if (next === undefined) return { writes: [], result: before };
    const others = (await also?.()) ?? [];
    // what is only checked is no reason to write; what goes with it is one, so that whoever has read the file sees it
    if (isSame(before, next) && others.every((write) => 'check' in write)) return { writes: [], result: before };
    const writes: Write[] = [{ put: fileItem(next), expect: item?.version ?? 'absent' }];
    if (isNewest) writes.push(...(await leadTo(ports, next)));
    return { writes: [...writes, ...others], result: next };
  });
  if (after !== undefined && after.status !== before?.status) noteStatus(log, after);
  return after;
}

/** The line by which files are counted: each status that one comes to has its own. */
function noteStatus(log: Log, { file, run, status, counts, reason }: FileBody): void {
  log(status === 'Failed' ? 'WARN' : 'INFO', 'file', {
    file,
    status,
    ...(run !== undefined && { run }),
    ...(counts !== undefined && { count: counts.rows, failed: counts.failed + counts.rejected }),
    ...(reason !== undefined && { error: reason.code }),
  });
}

async function leadTo({ ledger }: Files, { bucket, key, file }: FileBody): Promise<Write[]> {
  const lead = await ledger.get(keyKey(bucket, key));
  if ((lead?.body as KeyBody | undefined)?.file === file) return [];
  const put: NewItem<KeyBody> = { key: keyKey(bucket, key), schema: 'key/1', body: { file }, indexes: [] };
  return [{ put, expect: lead?.version ?? 'absent' }];
}

function isSame(before: FileBody | undefined, next: FileBody): boolean {
  return before !== undefined && inOrder(before) === inOrder(next);
}

function inOrder(body: FileBody): string {
  return JSON.stringify(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function bodyOf(item: Item<unknown> | undefined): FileBody | undefined {
  if (item === undefined) return undefined;
  if (item.schema === SCHEMA) return item.body as FileBody;
  throw new StateError('BR-E0205', `${item.key} has schema ${item.schema}; this version reads ${SCHEMA}`);
}
