import { resolve } from 'node:path';
import { InputError, type Source } from '@batchrock/core';
import { fileSource } from './file.ts';
import { openS3, type S3Place } from './s3.ts';

/** Where datasets are looked for, and how their servers are reached. */
export interface SourceOptions extends S3Place {
  /** Where relative paths start. */
  readonly cwd: string;
  readonly signal?: AbortSignal;
  /** Hears what a user should know and no error is. */
  readonly notice?: (text: string) => void;
}

/** The files of a dataset, in order, and the connections that they are read through. */
export interface FoundSources {
  /** At least one. */
  readonly sources: readonly Source[];
  /** Closes the connections; readers that are open are cut off. */
  close(): Promise<void>;
}

/** Finds the files that a name of a dataset means. Throws `BR-E0101` when there are none. */
export async function findSources(name: string, options: SourceOptions): Promise<FoundSources> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(name)?.[1]?.toLowerCase();
  if (scheme === 's3') {
    const s3 = await openS3(options);
    return findAll(s3, () => s3.find(name, { signal: options.signal }));
  }
  if (scheme !== undefined) throw unknownScheme(name, scheme);
  return { sources: [await fileSource(resolve(options.cwd, name), name)], close: async () => undefined };
}

async function findAll(owner: { destroy(): void }, find: () => Promise<readonly Source[]>): Promise<FoundSources> {
  try {
    return { sources: await find(), close: async () => owner.destroy() };
  } catch (error) {
    owner.destroy();
    throw error;
  }
}

function unknownScheme(name: string, scheme: string): InputError {
  return new InputError('BR-E0120', `datasets are not read from ${scheme}:// addresses: ${name}`, {
    hint: 'give a file, s3://bucket/key or hf://owner/name',
    details: { value: name },
  });
}
