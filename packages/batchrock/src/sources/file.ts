import { stat } from 'node:fs/promises';
import { InputError, type PinOptions, type Source } from '@batchrock/core';
import { fileChanged, loadDigest, openFileAccess, openFileSource, storageError, systemErrorCode } from '../node/index.ts';

/**
 * A file of this machine as a source, known by the XXH128 of its content, which is computed unless it is given. Throws
 * `BR-E0101` when it is not there.
 */
export async function fileSource(path: string, name: string, hash?: string): Promise<Source> {
  const before = await fileFacts(path, name);
  return {
    name,
    size: before.bytes,
    open: (from) => openFileSource(path, from),
    openAccess: () => openFileAccess(path, name, before.bytes),
    async pin(options = {}) {
      const xxh128 = hash ?? (await hashFile(path, options));
      return { kind: 'content', bytes: before.bytes, xxh128 };
    },
    async checkUnchanged() {
      const now = await fileFacts(path, name);
      if (now.bytes !== before.bytes || now.modified !== before.modified) throw fileChanged(name);
    },
  };
}

/** XXH128 of a file, in lower-case hexadecimal. */
export async function hashFile(path: string, { onProgress, signal }: PinOptions = {}): Promise<string> {
  const source = await openFileSource(path);
  const digest = (await loadDigest()).start();
  const block = new Uint8Array(4 << 20);
  let bytes = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const length = await source.readInto(block);
      if (length === 0) return digest.hex();
      digest.update(block.subarray(0, length));
      bytes += length;
      onProgress?.(bytes);
    }
  } finally {
    await source.close();
  }
}

async function fileFacts(path: string, name: string): Promise<{ bytes: number; modified: bigint }> {
  try {
    const facts = await stat(path, { bigint: true });
    if (facts.isFile()) return { bytes: Number(facts.size), modified: facts.mtimeNs };
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw storageError(error, `read ${name}`);
    throw new InputError('BR-E0101', `no such file: ${name}`, { cause: error, details: { file: name } });
  }
  throw new InputError('BR-E0101', `${name} is no file`, {
    details: { file: name },
    hint: 'give a file; a pipe goes in through standard input: batchrock run - < file',
  });
}
