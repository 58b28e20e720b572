import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InvariantError, type ObjectInfo, type ObjectStore, StateError } from '@batchrock/core';
import { createFileSink, loadDigest, storageError } from '../../node/index.ts';
import { outputExists, whatStandsAt } from '../../request/output.ts';
import type { FollowOptions } from '../progress.ts';
import { DownloadNotes } from './download-notes.ts';

/** An object that is to become a file. */
export interface RemoteFile extends ObjectInfo {
  /** Path below the folder, with slashes. */
  readonly name: string;
}

/** How files are downloaded. */
export interface DownloadOptions extends FollowOptions {
  /** Replace what was not downloaded by us. */
  readonly force?: boolean | undefined;
}

/** Files that are there now. */
export interface DownloadReport {
  /** The folder. */
  readonly path: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly bytes: number;
  /** How many of them were there already, with the same content. */
  readonly unchanged: number;
}

/** Downloads at once. */
const AT_ONCE = 4;

/**
 * Makes a folder hold these objects. A file appears whole or not at all, and what was downloaded before and is still the same object
 * is left alone: so a download that broke off goes on where it was. Throws `BR-E0111` before anything is written when something else
 * is in the way.
 */
export async function downloadFiles(
  objects: ObjectStore,
  folder: string,
  wanted: readonly RemoteFile[],
  o: DownloadOptions = {},
): Promise<DownloadReport> {
  const notes = await DownloadNotes.read(folder);
  const missing: RemoteFile[] = [];
  for (const file of wanted) if (!(await isThere(folder, file, notes, o.force ?? false))) missing.push(file);
  await makeFolders(folder, missing);
  const totalBytes = missing.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  const tell = (more: number): void => {
    bytes += more;
    o.onProgress?.({ phase: 'downloading', bytes, totalBytes });
  };
  const queue = [...missing];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const xxh128 = await downloadFile(objects, folder, file, { signal: o.signal, tell });
      await notes.add(file.name, { etag: file.etag, bytes: file.size, xxh128 });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => worker().finally(() => queue.splice(0))));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return {
    path: folder,
    files: wanted.map(({ name, size }) => ({ path: join(folder, name), bytes: size })),
    bytes: wanted.reduce((sum, { size }) => sum + size, 0),
    unchanged: wanted.length - missing.length,
  };
}

/** True where the file is what the object is now. Throws `BR-E0111` for a file that is none of ours. */
async function isThere(folder: string, file: RemoteFile, notes: DownloadNotes, force: boolean): Promise<boolean> {
  if (file.name.split('/').some((part) => part === '' || part === '..' || part === '.')) {
    throw new InvariantError(`${file.key} would leave its folder`);
  }
  const path = join(folder, file.name);
  const note = notes.of(file.name);
  const standing = await whatStandsAt(path, note === undefined ? [] : [{ path, ...note }]);
  if (standing === 'foreign' && !force) throw outputExists(path);
  return standing === 'ours' && note?.etag === file.etag && note.bytes === file.size;
}

async function makeFolders(folder: string, files: readonly RemoteFile[]): Promise<void> {
  const folders = new Set([folder, ...files.map(({ name }) => dirname(join(folder, name)))]);
  for (const path of folders) {
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw storageError(error, `make the folder ${path}`);
    }
  }
}

/** The XXH128 of what was written. */
async function downloadFile(
  objects: ObjectStore,
  folder: string,
  { key, name, etag }: RemoteFile,
  { signal, tell }: { readonly signal: AbortSignal | undefined; readonly tell: (bytes: number) => void },
): Promise<string> {
  const source = await objects.open(key, { ifMatch: etag, ...(signal && { signal }) });
  if (source === undefined) {
    throw new StateError('BR-E0208', `${objects.uri}/${key} was removed while it was downloaded`, { details: { key } });
  }
  const sink = createFileSink(join(folder, name), { mode: 0o644, clearsAbandoned: true });
  const digest = (await loadDigest()).start();
  try {
    let block = sink.block();
    for (;;) {
      const length = await source.readInto(block);
      if (length === 0) break;
      digest.update(block.subarray(0, length));
      block = await sink.write(block.subarray(0, length));
      tell(length);
    }
    await sink.commit();
    return digest.hex();
  } catch (error) {
    await sink.abort();
    throw error;
  } finally {
    await source.close();
  }
}
