import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Characters of the name that a hidden neighbour begins with. */
const NAME_LENGTH = 100;
/** This machine, or container: process ids mean something on it alone. */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 6);

/** A hidden neighbour for what is to take the name of `path`, which says whose it is. */
export function temporaryName(path: string): string {
  return join(dirname(path), `${prefixFor(path)}${MACHINE}-${process.pid}-${randomBytes(6).toString('hex')}.part`);
}

/**
 * Of a hidden neighbour: what was to take which name, up to its first characters; undefined for a name that `temporaryName` never
 * makes.
 */
export function nameBehind(name: string): string | undefined {
  return /^\.(.+)\.[0-9a-f]{6}-\d+-[0-9a-f]{12}\.part$/.exec(name)?.[1];
}

/** Removes hidden neighbours of `path` that were left by processes of this machine which are no more, as far as it can. */
export async function removeAbandoned(path: string): Promise<void> {
  const folder = dirname(path);
  const prefix = `${prefixFor(path)}${MACHINE}-`;
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const owner = /^(\d+)-[0-9a-f]{12}\.part$/.exec(name.slice(prefix.length))?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

function prefixFor(path: string): string {
  return `.${basename(path).slice(0, NAME_LENGTH)}.`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // somebody else's, where it may not be asked
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
