import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isAlive } from '../machine/is-alive.ts';

/** A file system in memory, on Linux. */
const MEMORY = '/dev/shm';
const PREFIX = 'batchrock-bench-run-';
/** What is left to everything else. */
const SPARE = 1.4;

/** The empty folder of one run, in which it is told whose it is. */
export function openRunFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/**
 * A folder in memory beside that of a run, for so many bytes of what the network brings in life; undefined where there is no room.
 * A disk that is slower than the network, or a system that gives up what it keeps of files, is not what is measured.
 */
export function openMemoryFolder(dir: string, bytes: number): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (Math.min(bavail * bsize, freemem()) < SPARE * bytes) return undefined;
    const folder = join(MEMORY, basename(dir));
    mkdirSync(folder);
    return folder;
  } catch {
    return undefined;
  }
}

/** Removes the folders of a run. */
export function removeRunFolder(dir: string): void {
  for (const folder of [dir, join(MEMORY, basename(dir))]) rmSync(folder, { recursive: true, force: true });
}

/** Removes what runs have left that were killed: memory would not come back by itself. */
export function removeDeadRuns(): void {
  for (const home of [tmpdir(), MEMORY]) {
    for (const name of namesIn(home)) {
      const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(home, name), { recursive: true, force: true });
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
