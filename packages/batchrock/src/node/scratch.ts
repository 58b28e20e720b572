import { randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readWhole, type Scratch, type ScratchFile } from '@batchrock/core';
import { storageError } from './storage-error.ts';

/** Whether a file is called as one of them is. */
export function isScratchName(name: string): boolean {
  return /^batchrock-\d+-[0-9a-f]{12}$/.test(name);
}

/** Temporary files in a folder. Each is unlinked as soon as it is open, so that not even kill -9 leaves one behind. */
export function createScratch(folder: string): Scratch {
  return {
    async create(): Promise<ScratchFile> {
      const path = join(folder, `batchrock-${process.pid}-${randomBytes(6).toString('hex')}`);
      const file = await open(path, 'wx+', 0o600).catch((error: unknown) => {
        throw storageError(error, `create a temporary file in ${folder}`);
      });
      // Windows keeps an open file's name; there it is removed at close.
      const unlinked = await unlink(path).then(
        () => true,
        () => false,
      );
      let end = 0;
      return {
        async append(bytes) {
          const start = end;
          end += bytes.length;
          try {
            let written = 0;
            while (written < bytes.length) {
              written += (await file.write(bytes, written, bytes.length - written, start + written)).bytesWritten;
            }
          } catch (error) {
            throw storageError(error, `write a temporary file in ${folder}`);
          }
          return start;
        },
        async readAt(offset, block) {
          return readWhole(file, block, offset);
        },
        async close() {
          await file.close();
          if (!unlinked) await unlink(path).catch(() => undefined);
        },
      };
    },
  };
}
