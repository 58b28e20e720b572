import { open } from 'node:fs/promises';
import { InputError, invariant, type RandomAccess } from '@batchrock/core';
import { storageError } from './storage-error.ts';

/** Reads any place of a file of this machine that has `size` bytes. `name`: as messages call it. */
export async function openFileAccess(path: string, name: string, size: number): Promise<RandomAccess> {
  const unreadable = (error: unknown): never => {
    throw storageError(error, `read ${name}`);
  };
  const file = await open(path, 'r').catch(unreadable);
  const readInto = async (from: number, target: Uint8Array, signal?: AbortSignal): Promise<void> => {
    const to = from + target.length;
    invariant(from >= 0 && to <= size, `${name} has ${size} bytes; asked for ${from} to ${to}`);
    for (let filled = 0; filled < target.length; ) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(target, filled, target.length - filled, from + filled).catch(unreadable);
      if (bytesRead === 0) throw fileChanged(name);
      filled += bytesRead;
    }
  };
  return {
    size,
    readInto,
    async read(from, to, signal) {
      const bytes = new Uint8Array(to - from);
      await readInto(from, bytes, signal);
      return bytes;
    },
    close: () => file.close(),
  };
}

/** `BR-E0118`: a file is not what it was when it was first looked at. */
export function fileChanged(name: string): InputError {
  return new InputError('BR-E0118', `${name} changed while it was read`, {
    hint: 'give the same command again when nothing writes to the file any more',
    details: { file: name },
  });
}
