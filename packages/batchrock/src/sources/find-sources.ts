import { resolve } from 'node:path';
import { InputError, type Source } from '@batchrock/core';
import { withoutUser } from '../compose/target.ts';
import { fileSource } from './file.ts';
import { findFiles } from './find-files.ts';
import { findInHub, type HubPlace } from './hub.ts';
import { openS3, type S3Place } from './s3.ts';

/** Where datasets are looked for, and how their servers are reached. */
export interface SourceOptions extends S3Place, HubPlace {
  /** Where relative paths start. */
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
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
async function findSources(name: string, options: SourceOptions): Promise<FoundSources> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(name)?.[1]?.toLowerCase();
  if (scheme === 's3') {
    const s3 = await openS3(options);
    return findAll(s3, () => s3.find(name, { signal: options.signal }));
  }
  if (scheme === 'hf') {
    const { sources, description, isPartial } = await findInHub(name, options);
    options.notice?.(isPartial ? `${description}: only the first 5 GB of it, as the hub has converted it` : description);
    return { sources, close: async () => undefined };
  }
  if (scheme !== undefined) throw unknownScheme(name, scheme);
  const files = await findFiles(name, options.cwd);
  const sources: Source[] = [];
  for (const file of files) sources.push(await fileSource(resolve(options.cwd, file), file));
  return { sources, close: async () => undefined };
}

/**
 * Finds the files that several names mean, in the order of the names. Throws `BR-E0120` for a file that is named twice: its
 * rows would be sent and paid for twice.
 */
export async function findAllSources(names: readonly string[], options: SourceOptions): Promise<FoundSources> {
  const found: FoundSources[] = [];
  const close = async (): Promise<void> => {
    for (const each of found) await each.close();
  };
  checkHubOptions(names, options);
  try {
    for (const name of names) found.push(await findSources(name, options));
    const sources = found.flatMap((each) => each.sources);
    const seen = new Set<string>();
    for (const { name } of sources) {
      const place = /^[a-z][a-z0-9+.-]+:\/\//i.test(name) ? name : resolve(options.cwd, name);
      if (seen.has(place))
        throw new InputError('BR-E0120', `${name} is named twice`, { details: { value: name }, hint: 'name each file once' });
      seen.add(place);
    }
    return { sources, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Throws `BR-E0112` for what says something of a hub's dataset where there is none. */
function checkHubOptions(names: readonly string[], options: SourceOptions): void {
  if (names.some((name) => /^hf:/i.test(name))) return;
  const option = (['split', 'config', 'revision'] as const).find((each) => options[each] !== undefined);
  if (option === undefined) return;
  throw new InputError('BR-E0112', `--${option} is for datasets of a hub, and ${names.join(', ')} is none`, {
    hint: 'a dataset of a hub is hf://owner/name, or --dataset-id owner/name',
    details: { option },
  });
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
  return new InputError('BR-E0120', `datasets are not read from ${scheme}:// addresses: ${withoutUser(name)}`, {
    hint: 'give a file, s3://bucket/key or hf://owner/name',
    details: { value: withoutUser(name) },
  });
}
