import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { storageError } from './storage-error.ts';
import { removeAbandoned, temporaryName } from './temporary-name.ts';

/** How a small file is written. */
export interface WholeFileOptions {
  /** What is done, for an error: `save the batch`. */
  readonly what: string;
  /** Permission bits of the file; default 0o600. */
  readonly mode?: number;
  /** Make the folder where it is not there, for its owner alone; default: it is there. */
  readonly makesFolder?: boolean;
}

/** Writes a file that is there whole, or as it was; several processes may write it at a time. Throws as `storageError` says. */
export async function writeWhole(path: string, content: string | Uint8Array, o: WholeFileOptions): Promise<void> {
  const temporary = temporaryName(path);
  try {
    if (o.makesFolder) await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await removeAbandoned(path);
    await writeFile(temporary, content, { mode: o.mode ?? 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageError(error, o.what);
  }
}
