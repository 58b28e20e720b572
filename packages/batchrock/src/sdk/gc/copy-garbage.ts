import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, rmdir, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { StateDir } from '../../compose/state-dir.ts';
import { copiesOfNote, isImageFolderName, isImageName, isNoteName } from '../../images/image-names.ts';
import { isScratchName, nameBehind, nodeClock, storageError, systemErrorCode } from '../../node/index.ts';
import { isSpoolName, isSpoolTemporary } from '../../request/spool-file.ts';
import { runsOf, type Session } from '../session.ts';
import { isSplitName, splitFolder } from '../split/split-folder.ts';
import type { Garbage, GarbageKind, Removal } from './gc-report.ts';

/** A copy that is younger may be of a process that has begun no run yet, whatever age is asked for. */
const LEAST_AGE_MS = 24 * 3_600_000;

/** What runs, and batches that were saved, have in the state directory. */
interface Wanted {
  /** Hashes of copies of datasets. */
  readonly copies: ReadonlySet<string>;
  /** Names of files of results: where a state directory was moved, or is a link, the paths are others. */
  readonly answers: ReadonlySet<string>;
}

/**
 * Copies in the state directory that no run refers to whose objects are there, nor any batch that was saved. `going`: runs whose objects
 * go before the copies do.
 */
export async function findCopyGarbage(
  session: Session,
  { olderThan }: { readonly olderThan: number },
  going: ReadonlySet<string> = new Set(),
): Promise<readonly Garbage[]> {
  const { dir } = session;
  const wanted = await wantedOf(session, going);
  const before = nodeClock.now() - Math.max(olderThan, LEAST_AGE_MS);
  const found: Garbage[] = [];
  const add = async (kind: GarbageKind, path: string, why: string): Promise<void> => {
    const facts = await ownFacts(kind, path);
    if (facts === undefined || facts.mtimeMs >= before) return;
    found.push({ kind, name: path, at: facts.mtimeMs, ...(await sizeOf(path, facts)), why });
  };
  for (const [path, name] of await pathsIn(dir.spool)) {
    if (isSpoolTemporary(name)) await add('partial', path, HALF);
    else if (isSpoolName(name) && !wanted.copies.has(name)) await add('dataset', path, UNREFERRED);
  }
  for (const [path, name] of await pathsIn(folders(dir).images)) {
    if (isNoteName(nameBehind(name) ?? '')) await add('partial', path, HALF);
    else if (isImageFolderName(name) || (await isNoteOfNobody(path, wanted))) await add('images', path, UNREFERRED);
  }
  for (const [path, name] of await pathsIn(splitFolder(dir))) {
    if (isSplitName(nameBehind(name) ?? '')) await add('partial', path, HALF);
    else if (isSplitName(name) && !wanted.answers.has(name)) await add('answers', path, UNREFERRED);
  }
  for (const [path, name] of await pathsIn(dir.scratch)) if (isScratchName(name)) await add('partial', path, HALF);
  return found;
}

const UNREFERRED = 'no run refers to it';
const HALF = 'never came to its end';

/** Removes a copy, if it is among those that may still go and is as it was looked at. */
export async function removeCopy(
  { kind, name, at, files, bytes }: Garbage,
  still: ReadonlySet<string> = new Set(),
): Promise<Removal> {
  const facts = still.has(name) ? await ownFacts(kind, name) : undefined;
  if (facts?.mtimeMs !== at) return { why: 'it is in use, or gone' };
  try {
    if (!facts.isDirectory()) await unlink(name);
    else {
      for (const [path] of await pathsIn(name)) await unlink(path);
      await rmdir(name);
    }
  } catch (error) {
    throw storageError(error, `remove ${name}`);
  }
  return { files, bytes };
}

/** Of a file, or a folder that nothing but images is in, as it should be; undefined for what is not there, or is something else. */
async function ownFacts(kind: GarbageKind, path: string): Promise<Stats | undefined> {
  const facts = await statIfThere(path);
  if (kind !== 'images' || !isImageFolderName(basename(path))) return facts?.isFile() ? facts : undefined;
  if (!facts?.isDirectory()) return undefined;
  for (const [image, name] of await pathsIn(path)) {
    if (!isImageName(name) || !(await statIfThere(image))?.isFile()) return undefined;
  }
  return facts;
}

function folders({ path }: StateDir) {
  return { images: join(path, 'images'), batches: join(path, 'batches') };
}

async function wantedOf(session: Session, going: ReadonlySet<string>): Promise<Wanted> {
  const copies = new Set<string>();
  const answers = new Set<string>();
  for (const { run } of await runsOf(session)) {
    const home = await session.findHome(run);
    if (home === undefined || home.freed !== undefined || going.has(run)) continue;
    for (const file of home.document.source.files) if (file.kind === 'content') copies.add(file.xxh128);
    for (const { path } of home.exports) answers.add(basename(path));
    for (const path of [home.output?.path, home.output?.errors]) if (path !== undefined) answers.add(basename(path));
  }
  const { batches } = folders(session.dir);
  for (const [path] of await pathsIn(batches)) {
    const batch = await jsonIn(path);
    if (typeof batch !== 'object' || batch === null || !('file' in batch) || typeof batch.file !== 'string') continue;
    copies.add(basename(batch.file));
  }
  return { copies, answers };
}

/** Whether a file is a note about images, and no run refers to a copy that it names. */
async function isNoteOfNobody(path: string, { copies }: Wanted): Promise<boolean> {
  if (!isNoteName(basename(path))) return false;
  const noted = copiesOfNote(await jsonIn(path));
  return noted !== undefined && !noted.some(({ xxh128 }) => copies.has(xxh128));
}

/** Undefined for what is no JSON. What cannot be read may be a note that refers to a copy: nothing is told of any. */
async function jsonIn(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const code = systemErrorCode(error);
    if (error instanceof SyntaxError || code === 'ENOENT' || code === 'EISDIR') return undefined;
    throw storageError(error, `read ${path}`);
  }
}

/** What is in a folder, by path and name. */
async function pathsIn(folder: string): Promise<readonly (readonly [string, string])[]> {
  try {
    return (await readdir(folder)).toSorted().map((name) => [join(folder, name), name]);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw storageError(error, `look at ${folder}`);
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw storageError(error, `look at ${path}`);
  }
}

async function sizeOf(path: string, facts: Stats): Promise<{ readonly files: number; readonly bytes: number }> {
  if (!facts.isDirectory()) return { files: 1, bytes: facts.size };
  const sums = { files: 0, bytes: 0 };
  for (const [image] of await pathsIn(path)) {
    sums.files += 1;
    sums.bytes += (await statIfThere(image))?.size ?? 0;
  }
  return sums;
}
