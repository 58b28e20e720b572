import { createHash } from 'node:crypto';
import type { FileOutput } from './file.ts';

/** What tells files apart: the same content under the same key is the same file, however often it is put there. */
export interface FileIdentity {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  /** Said where a file was enqueued: the same object may be asked for with another model, or to another place. */
  readonly enqueued?: { readonly modelId: string; readonly family?: string; readonly name: string; readonly output?: FileOutput };
}

/** `f-` and 10 characters of base 36. */
export function fileIdOf({ bucket, key, etag, enqueued }: FileIdentity): string {
  const { modelId, family, name, output } = enqueued ?? {};
  const text = JSON.stringify([
    bucket,
    key,
    etag,
    modelId,
    name,
    output?.bucket,
    output?.prefix,
    ...(family === undefined ? [] : [family]),
  ]);
  const hash = createHash('sha256').update(text).digest();
  return `f-${(hash.readBigUInt64BE() % 36n ** 10n).toString(36).padStart(10, '0')}`;
}

/** True for what can be the id of a file. */
export function isFileId(text: string): boolean {
  return /^f-[0-9a-z]{10}$/.test(text);
}
