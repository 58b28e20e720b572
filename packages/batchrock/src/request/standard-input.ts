import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FormatName } from '@batchrock/formats';
import { loadDigest, openFileSource, storageError } from '../node/index.ts';
import { type SniffedFormat, sniffFormat } from './sniff-format.ts';

/** A dataset that came through a pipe, kept so that it can be read again: the same bytes are the same file. */
export interface Spooled {
  readonly path: string;
  readonly xxh128: string;
  readonly bytes: number;
  readonly format: FormatName;
  readonly compression: SniffedFormat['compression'];
}

/**
 * Writes standard input into the spool folder under its hash. The format, where it is not given, and how it is compressed are
 * told from its first bytes.
 */
export async function spoolStandardInput(
  input: AsyncIterable<Uint8Array | string>,
  folder: string,
  options: {
    readonly format?: FormatName;
    readonly onProgress?: (bytes: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<Spooled> {
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}.part`);
  const digest = (await loadDigest()).start();
  let bytes = 0;
  let file: FileHandle | undefined;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    file = await open(temporary, 'wx', 0o600);
    for await (const chunk of input) {
      options.signal?.throwIfAborted();
      const block = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
      digest.update(block);
      await file.writeFile(block);
      bytes += block.length;
      options.onProgress?.(bytes);
    }
    const xxh128 = digest.hex();
    await file.datasync();
    const sniffed = await sniffFormat(() => openFileSource(temporary));
    const path = join(folder, xxh128);
    await rename(temporary, path);
    return { path, xxh128, bytes, format: options.format ?? sniffed.format ?? 'csv', compression: sniffed.compression };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw storageError(error, 'keep standard input in the state directory');
  } finally {
    await file?.close().catch(() => undefined);
    await rm(temporary, { force: true });
  }
}
