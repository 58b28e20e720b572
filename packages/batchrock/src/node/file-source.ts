import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type ByteSource, InputError, type ReadableFile, SequentialRead } from '@batchrock/core';
import { isAround } from './around-files.ts';
import { storageError, systemErrorCode } from './storage-error.ts';

/**
 * The bytes of a file, from byte `from` up to byte `to` (exclusive; default: the end).
 * Throws `BR-E0101` when there is no such file or it is a folder.
 */
export async function openFileSource(path: string, from = 0, to = Number.POSITIVE_INFINITY): Promise<ByteSource> {
  return fileSource(await openForReading(path), { from, to });
}

/** A file that is open, and what was known of it then. */
export interface OpenedFile {
  readonly file: FileHandle;
  readonly path: string;
  /** Absent: no file of this thread is known to be out of the kernel's cache. */
  readonly facts: BigIntStats | undefined;
}

/** The same of a file that is open; `close` closes it. */
export function fileSource({ file, path, facts }: OpenedFile, { from = 0, to = Number.POSITIVE_INFINITY } = {}): ByteSource {
  const options = {
    openAround: () => openAround(file),
    now: () => performance.now(),
    isCold: facts !== undefined && isAround(facts),
  };
  const bytes = new SequentialRead(file, { from, to }, options);
  return {
    async readInto(block) {
      try {
        return await bytes.readInto(block);
      } catch (error) {
        throw storageError(error, `read ${path}`);
      }
    },
    close: () => bytes.close(),
  };
}

/** The same file, whatever has its name by now: Linux alone knows this way, and not on each file system. */
async function openAround(file: FileHandle): Promise<ReadableFile | undefined> {
  if (constants.O_DIRECT === undefined) return undefined;
  return open(`/proc/self/fd/${file.fd}`, constants.O_RDONLY | constants.O_DIRECT);
}

async function openForReading(path: string): Promise<OpenedFile> {
  try {
    const file = await open(path, 'r');
    const facts = await file.stat({ bigint: true });
    if (!facts.isDirectory()) return { file, path, facts };
    await file.close();
    throw new InputError('BR-E0101', `${path} is a folder, not a file`);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new InputError('BR-E0101', `no such file: ${path}`, { cause: error });
    throw storageError(error, `read ${path}`);
  }
}
