import { type FileHandle, open } from 'node:fs/promises';
import { type ByteSource, InputError } from '@batchrock/core';
import { storageError, systemErrorCode } from './storage-error.ts';

/**
 * The bytes of a file, from byte `from` up to byte `to` (exclusive; default: the end).
 * Throws `BR-E0101` when there is no such file or it is a folder.
 */
export async function openFileSource(path: string, from = 0, to = Number.POSITIVE_INFINITY): Promise<ByteSource> {
  return fileSource(await openForReading(path), path, from, to);
}

/** The same of a file that is open; `close` closes it. */
export function fileSource(file: FileHandle, path: string, from = 0, to = Number.POSITIVE_INFINITY): ByteSource {
  let position = from;
  return {
    async readInto(block) {
      const wanted = Math.min(block.length, to - position);
      let filled = 0;
      while (filled < wanted) {
        const { bytesRead } = await read(file, path, block, filled, wanted - filled, position);
        if (bytesRead === 0) break;
        filled += bytesRead;
        position += bytesRead;
      }
      return filled;
    },
    close: () => file.close(),
  };
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, 'r');
    if (!(await file.stat()).isDirectory()) return file;
    await file.close();
    throw new InputError('BR-E0101', `${path} is a folder, not a file`);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new InputError('BR-E0101', `no such file: ${path}`, { cause: error });
    throw storageError(error, `read ${path}`);
  }
}

async function read(file: FileHandle, path: string, block: Uint8Array, at: number, length: number, position: number) {
  try {
    return await file.read(block, at, length, position);
  } catch (error) {
    throw storageError(error, `read ${path}`);
  }
}
