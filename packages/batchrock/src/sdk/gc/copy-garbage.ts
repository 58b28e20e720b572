import type { Stats } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { StateDir } from '../../compose/state-dir.ts';
import { nodeClock, storageError, systemErrorCode } from '../../node/index.ts';
import { runsOf, type Session } from '../session.ts';
import type { Garbage, GarbageKind, Removal } from './gc-report.ts';

/** A copy that is younger may be of a process that has begun no run yet, whatever age is asked for. */
const LEAST_AGE_MS = 24 * 3_600_000;

/** What runs, and batches that were saved, have in the state directory. */
interface Wanted {
  /** Hashes of copies of datasets. */
  readonly copies: ReadonlySet<string>;
  /** Files of results. */
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
    const facts = await statIfThere(path);
    if (facts === undefined || facts.mtimeMs >= before) return;
    found.push({ kind, name: path, at: facts.mtimeMs, ...(await sizeOf(path, facts)), why });
  };
  for (const name of await namesIn(dir.spool)) {
    const path = join(dir.spool, name);
    if (/^[0-9a-f]{32}$/.test(name)) {
      if (!wanted.copies.has(name)) await add('dataset', path, 'no run refers to it');
    } else if (name.endsWith('.part')) await add('partial', path, 'never came to its end');
  }
  for (const name of await namesIn(folders(dir).images)) {
    const path = join(folders(dir).images, name);
    const copies = name.endsWith('.json') ? await copiesIn(path) : [];
    if (!copies.some((copy) => wanted.copies.has(copy))) await add('images', path, 'no run refers to it');
  }
  for (const name of await namesIn(folders(dir).split)) {
    const path = join(folders(dir).split, name);
    if (!wanted.answers.has(path)) await add('answers', path, 'no run refers to it');
  }
  for (const name of await namesIn(dir.scratch)) await add('partial', join(dir.scratch, name), 'never came to its end');
  return found;
}

/** Removes a copy, if it is among those that may still go. */
export async function removeCopy({ name, files, bytes }: Garbage, still: ReadonlySet<string> = new Set()): Promise<Removal> {
  if (!still.has(name)) return { why: 'it is in use, or gone' };
  try {
    await rm(name, { recursive: true, force: true });
  } catch (error) {
    throw storageError(error, `remove ${name}`);
  }
  return { files, bytes };
}

function folders({ path }: StateDir) {
  return { images: join(path, 'images'), split: join(path, 'split'), batches: join(path, 'batches') };
}

async function wantedOf(session: Session, going: ReadonlySet<string>): Promise<Wanted> {
  const copies = new Set<string>();
  const answers = new Set<string>();
  for (const { run } of await runsOf(session)) {
    const home = await session.findHome(run);
    if (home === undefined || home.freed !== undefined || going.has(run)) continue;
    for (const file of home.document.source.files) if (file.kind === 'content') copies.add(file.xxh128);
    for (const { path } of home.exports) answers.add(path);
    if (home.output !== undefined) for (const path of [home.output.path, home.output.errors ?? '']) answers.add(path);
  }
  const { batches } = folders(session.dir);
  for (const name of await namesIn(batches)) {
    const file = await jsonIn(join(batches, name));
    if (typeof file === 'object' && file !== null && 'file' in file && typeof file.file === 'string')
      copies.add(basename(file.file));
  }
  return { copies, answers };
}

/** The hashes of the copies that a note about images names. */
async function copiesIn(path: string): Promise<readonly string[]> {
  const note = await jsonIn(path);
  if (!Array.isArray(note)) return [];
  return note.flatMap((each: unknown) =>
    typeof each === 'object' && each !== null && 'xxh128' in each && typeof each.xxh128 === 'string' ? [each.xxh128] : [],
  );
}

/** What cannot be read is no note of ours. */
async function jsonIn(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw storageError(error, `look at ${folder}`);
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw storageError(error, `look at ${path}`);
  }
}

async function sizeOf(path: string, facts: Stats): Promise<{ readonly files: number; readonly bytes: number }> {
  if (!facts.isDirectory()) return { files: 1, bytes: facts.size };
  const sums = { files: 0, bytes: 0 };
  for (const name of await namesIn(path)) {
    sums.files += 1;
    sums.bytes += (await statIfThere(join(path, name)))?.size ?? 0;
  }
  return sums;
}
