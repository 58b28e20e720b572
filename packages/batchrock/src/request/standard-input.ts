import type { FormatName } from '@batchrock/formats';
import { openFileSource, storageError } from '../node/index.ts';
import { type SniffedFormat, sniffFormat } from './sniff-format.ts';
import { type KeptFile, SpoolFile } from './spool-file.ts';

/** A dataset that came through a pipe, kept so that it can be read again: the same bytes are the same file. */
export interface Spooled extends KeptFile {
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
    /** For messages; default: standard input. */
    readonly what?: string;
  },
): Promise<Spooled> {
  let file: SpoolFile | undefined;
  try {
    file = await SpoolFile.begin(folder);
    for await (const chunk of input) {
      options.signal?.throwIfAborted();
      await file.write(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
      options.onProgress?.(file.bytes);
    }
    await file.seal();
    const hidden = file.path;
    const sniffed = await sniffFormat(() => openFileSource(hidden));
    const kept = await file.keep();
    return { ...kept, format: options.format ?? sniffed.format ?? 'csv', compression: sniffed.compression };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw storageError(error, `keep ${options.what ?? 'standard input'} in the state directory`);
  } finally {
    await file?.discard();
  }
}
