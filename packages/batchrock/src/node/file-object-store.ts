import { type BigIntStats, mkdirSync } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CallOptions, InputError, type ObjectInfo, type ObjectStore } from '@batchrock/core';
import { knowsAround } from './around-files.ts';
import { createFileSink } from './file-sink.ts';
import { fileSource } from './file-source.ts';
import { storageError, systemErrorCode } from './storage-error.ts';

/**
 * The object store on a folder, one file an object: for benchmarks and for looking at what a run would upload.
 * Content is not synced block by block; a crash may lose an object, never show half of one.
 */
export function createFileObjectStore(folder: string): ObjectStore {
  const root = resolve(folder);
  const pathOf = (key: string): string => {
    const path = join(root, ...key.split('/'));
    if (!path.startsWith(root + sep)) throw new InputError('BR-E0120', `object key leaves its folder: ${key}`);
    return path;
  };

  const head = async (key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> => {
    options.signal?.throwIfAborted();
    try {
      const facts = await stat(pathOf(key), { bigint: true });
      return { key, size: Number(facts.size), etag: etagOf(facts) };
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined;
      throw storageError(error, `look at ${key}`);
    }
  };

  return {
    uri: pathToFileURL(root).href,
    head,
    async open(key, options = {}) {
      options.signal?.throwIfAborted();
      const path = pathOf(key);
      const file = await open(path, 'r').catch((error: unknown) => {
        if (systemErrorCode(error) === 'ENOENT') return undefined;
        throw storageError(error, `read ${key}`);
      });
      if (file === undefined) return undefined;
      // a look more for each of many small spans is a tenth of what it takes to join them
      const facts = options.ifMatch !== undefined || knowsAround() ? await file.stat({ bigint: true }) : undefined;
      if (facts !== undefined && options.ifMatch !== undefined && options.ifMatch !== etagOf(facts)) {
        await file.close();
        throw new InputError('BR-E0118', `object ${key} changed while it was read`);
      }
      return fileSource({ file, path, facts }, options);
    },
    create(key, options = {}) {
      const path = pathOf(key);
      mkdirSync(dirname(path), { recursive: true });
      return createFileSink(path, { key, sync: false, ...(options.ifAbsent ? { ifAbsent: 'object' as const } : {}) });
    },
    async *list(prefix) {
      for (const key of await keysBelow(root, prefix)) {
        const info = await head(key);
        if (info) yield info;
      }
    },
    async remove(keys) {
      for (const key of keys) await rm(pathOf(key), { force: true });
    },
  };
}

function etagOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino}-${size}-${mtimeNs}`;
}

async function keysBelow(root: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error: unknown) => {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw storageError(error, `list ${below}`);
    });
    for (const entry of entries) {
      const key = below + entry.name;
      if (entry.isDirectory()) await walk(`${key}/`);
      else if (key.startsWith(prefix) && !entry.name.endsWith('.part')) keys.push(key);
    }
  };
  await walk(folder);
  return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
