import { createHash } from 'node:crypto';
import { eachBody, type Item, type Key, type Ledger, type NewItem, StateError } from '@batchrock/core';
import type { FileBody, FileStatus } from './file.ts';

type Files = { readonly ledger: Ledger };

const SCHEMA = 'file/1';

/** The key of a file's item. */
export function fileKey(file: string): Key {
  return `FILE#${file}`;
}

/** Keys of the ledger are printable ASCII without blanks, and those of DynamoDB up to 2,048 bytes: a longer one stands by its hash. */
const MOST_KEY = 1500;

/** The key of the item that leads from a key to the newest file under it. */
export function keyKey(bucket: string, key: string): Key {
  const plain = `KEY#${bucket}/${key.replace(/[^!-~]|%/gu, (each) => encodeURIComponent(each))}`;
  return plain.length <= MOST_KEY ? plain : `KEY#${bucket}#${createHash('sha256').update(key).digest('hex')}`;
}

/** `KEY#<bucket>/<key>`, schema `key/1`. */
export interface KeyBody {
  readonly file: string;
}

/** Where the files of a queue are found in one status, or `Ending`: at their end, and not done with yet. */
export type FileShelf = FileStatus | 'Ending';

function openAt(queue: string, shelf: FileShelf): string {
  return `files#${queue}#${shelf}`;
}

function queueAt(queue: string): string {
  return `files#${queue}`;
}

/** A file as an item: in `runs` at its queue and in `open` at its status, by the time of its arrival. */
export function fileItem(body: FileBody): NewItem<FileBody> {
  const sort = String(body.receivedAt).padStart(15, '0');
  const shelf = body.isEnding ? 'Ending' : body.status;
  return {
    key: fileKey(body.file),
    schema: SCHEMA,
    body,
    indexes: [
      { index: 'runs', at: queueAt(body.queue), sort },
      { index: 'open', at: openAt(body.queue, shelf), sort },
    ],
  };
}

/** A file, strongly consistent; undefined when there is none. */
export async function findFile({ ledger }: Files, file: string): Promise<FileBody | undefined> {
  return fileOf(await ledger.get(fileKey(file)));
}

/** The newest file under a key; undefined when there is none. */
export async function findFileByKey({ ledger }: Files, bucket: string, key: string): Promise<FileBody | undefined> {
  const lead = await ledger.get(keyKey(bucket, key));
  return lead === undefined ? undefined : findFile({ ledger }, (lead.body as KeyBody).file);
}

/** The files of a queue on one shelf, oldest first: a hint, perhaps old. */
export function filesOn({ ledger }: Files, queue: string, shelf: FileShelf): AsyncIterable<FileBody> {
  return eachBody<FileBody>(ledger, { index: 'open', at: openAt(queue, shelf), limit: 500 });
}

/** All files of a queue, oldest first: a hint, perhaps old. */
export function filesOf({ ledger }: Files, queue: string): AsyncIterable<FileBody> {
  return eachBody<FileBody>(ledger, { index: 'runs', at: queueAt(queue), limit: 500 });
}

/** The file of an item. Throws `BR-E0205` for what another version wrote. */
export function fileOf(item: Item<unknown> | undefined): FileBody | undefined {
  if (item === undefined) return undefined;
  if (item.schema === SCHEMA) return item.body as FileBody;
  throw new StateError('BR-E0205', `${item.key} has schema ${item.schema}; this version reads ${SCHEMA}`);
}
