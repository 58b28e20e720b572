import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDigest, storageError } from '../node/index.ts';

/** A dataset that came through a pipe, kept so that it can be read again: the same bytes are the same file. */
export interface Spooled {
  readonly path: string;
  readonly xxh128: string;
  readonly bytes: number;
  readonly format: 'csv' | 'jsonl';
}

/**
 * Writes standard input into the spool folder under its hash. The format, where it is not given, is told from the first
 * character: JSON Lines begin with a brace.
 */
export async function spoolStandardInput(
  input: AsyncIterable<Uint8Array | string>,
  folder: string,
  options: {
    readonly inputFormat?: 'csv' | 'jsonl';
    readonly onProgress?: (bytes: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<Spooled> {
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}.part`);
  const digest = (await loadDigest()).start();
  let bytes = 0;
  let format = options.inputFormat;
  let file: FileHandle | undefined;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    file = await open(temporary, 'wx', 0o600);
    for await (const chunk of input) {
      options.signal?.throwIfAborted();
      const block = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
      format ??= looksLikeJson(block);
      digest.update(block);
      await file.writeFile(block);
      bytes += block.length;
      options.onProgress?.(bytes);
    }
    const xxh128 = digest.hex();
    const path = join(folder, `${xxh128}.${format ?? 'csv'}`);
    await file.datasync();
    await rename(temporary, path);
    return { path, xxh128, bytes, format: format ?? 'csv' };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw storageError(error, 'keep standard input in the state directory');
  } finally {
    await file?.close().catch(() => undefined);
    await rm(temporary, { force: true });
  }
}

function looksLikeJson(block: Uint8Array): 'csv' | 'jsonl' | undefined {
  const start = new TextDecoder()
    .decode(block.subarray(0, 4096))
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (start === '') return undefined;
  return start.startsWith('{') ? 'jsonl' : 'csv';
}
