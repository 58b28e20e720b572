import { stat } from 'node:fs/promises';
import { type NotedExport, whatStandsAt } from '../../request/output.ts';
import { isSplitPath } from '../split/split-folder.ts';

/**
 * Whether files stand that have all results of a run as it is now, by its newest event: those of one export, every one of them. Outputs in
 * the state directory that are parts of a merged one do not count, as nobody looks for them there. Files are known by their sizes;
 * `readsFiles`: by what is in them.
 */
export async function hasWholeResults(
  exports: readonly NotedExport[],
  seq: number,
  { readsFiles = false }: { readonly readsFiles?: boolean | undefined } = {},
): Promise<boolean> {
  for (const files of exportsAt(exports, seq)) {
    if (await allStand(files, readsFiles ? isUnchanged : hasItsSize)) return true;
  }
  return false;
}

/** The files of each export that was made of it then, where all of them are noted. */
function exportsAt(exports: readonly NotedExport[], seq: number): readonly (readonly NotedExport[])[] {
  const found = new Map<string, { readonly count: number; readonly files: NotedExport[] }>();
  for (const each of exports) {
    const { whole } = each;
    if (whole?.seq !== seq || isSplitPath(whole.place)) continue;
    const key = `${whole.files} ${whole.place}`;
    const known = found.get(key) ?? { count: whole.files, files: [] };
    known.files.push(each);
    found.set(key, known);
  }
  return [...found.values()].filter(({ count, files }) => files.length === count).map(({ files }) => files);
}

async function allStand(files: readonly NotedExport[], stands: (file: NotedExport) => Promise<boolean>): Promise<boolean> {
  for (const file of files) if (!(await stands(file))) return false;
  return true;
}

async function isUnchanged(file: NotedExport): Promise<boolean> {
  return (await whatStandsAt(file.path, [file])) === 'ours';
}

/** What cannot be looked at is not there for its user either. */
async function hasItsSize({ path, bytes }: NotedExport): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isFile() === true && facts.size === bytes;
}
