import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { type Family, type FamilyModule, InputError, ownFamily } from '@batchrock/core';
import { nodeSha256 } from '../digest.ts';
import { storageError, systemErrorCode } from '../storage-error.ts';

/** A family of a user's project, and the file that it comes from. */
export interface LoadedFamily {
  readonly family: Family;
  readonly module: FamilyModule;
}

/** True for what `--family` takes for a file, and not for the name of a built-in family. */
export function isFamilyPath(name: string): boolean {
  return /^(\.{0,2}[\\/]|[A-Za-z]:[\\/])|\.[cm]?[jt]s$/.test(name);
}

const loaded = new Map<string, Promise<LoadedFamily>>();

/**
 * Loads a family from a module: its default export, or the one that is called `family`. A file that was changed since is loaded anew.
 * `path` is absolute; `name` is how the user calls it. Throws `BR-E0101` where there is none, and `BR-E0131` for one that cannot be
 * loaded or gives no family.
 */
export async function loadFamily(path: string, name = path): Promise<LoadedFamily> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT')
      throw new InputError('BR-E0101', `no such file: ${name}, the family`, { cause: error });
    throw storageError(error, `read the family ${name}`);
  });
  const sha256 = Buffer.from(nodeSha256.sha256(bytes)).toString('hex');
  const key = `${sha256} ${path}`;
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const loading = importFamily(path, { path, sha256 }, name);
  loaded.set(key, loading);
  loading.catch(() => loaded.delete(key));
  return loading;
}

/**
 * Loads the family of a file of code: that of the module itself, or what was bundled of it. `file` is absolute; `name` is what the module
 * is called in messages. Throws `BR-E0131` for one that cannot be loaded or gives no family.
 */
export async function importFamily(file: string, module: FamilyModule, name: string): Promise<LoadedFamily> {
  const url = pathToFileURL(file);
  // a module is loaded once for each address
  url.searchParams.set('sha256', module.sha256);
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(url.href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InputError('BR-E0131', `${name} cannot be loaded: ${why}`, { cause, details: { module: name } });
  }
  const family = ownFamily(exported['default'] ?? exported['family'], name);
  checkSentinel(family, name);
  return { family, module };
}

/** What pads a job is needed when rows have been read already: what is wrong with it should show before. */
function checkSentinel(family: Family, name: string): void {
  try {
    family.sentinel();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InputError('BR-E0131', `${name} gives no request that pads a job: ${why}`, {
      cause,
      hint: 'give the family a sentinel(), the cheapest request that is valid',
    });
  }
}
