import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Check, type Finding, fail, findingOf, ok, skipped, warn } from '@batchrock/aws/doctor';
import { listRuns } from '@batchrock/core';
import { openSqliteLedger } from '@batchrock/sqlite';
import { isRunBusy } from '../compose/run-lock.ts';
import type { StateDir } from '../compose/state-dir.ts';
import { storageError, systemErrorCode } from '../node/index.ts';

/** The floor of the package (`engines`). */
const LEAST_NODE = [22, 15] as const;
const MEBIBYTE = 1024 * 1024;
/** A run spools and sorts there, and its results may lie on the same disk. */
const LITTLE_MIB = 1024;
const LEAST_MIB = 64;

/** This machine: Node, where the ledger lies, the ledger itself, and runs that nobody works on. Nothing is made or changed. */
export function machineChecks(dir: StateDir): readonly Check[] {
  return [
    { id: 'node', needs: [], look: async () => judgeNode(process.versions.node) },
    { id: 'state-dir', needs: [], look: () => lookAtStateDir(dir.path) },
    { id: 'disk', needs: ['state-dir'], look: () => lookAtDisk(dir.path) },
    { id: 'ledger', needs: ['state-dir'], look: () => lookAtLedger(dir) },
    { id: 'runs', needs: ['ledger'], look: () => lookAtRuns(dir) },
  ];
}

/** Whether a version of Node.js is new enough. */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  const isEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  if (isEnough) return ok(version);
  return fail(`Node.js is ${version}, and has to be ${LEAST_NODE.join('.')} or newer`, 'install a newer Node.js');
}

/** Whether the room on a disk is enough. */
export function judgeRoom(freeMib: number, path: string): Finding {
  const told = `${Math.floor(freeMib)} MiB are free at ${path}`;
  const remedy = 'free some space, or choose another --state-dir';
  if (freeMib < LEAST_MIB) return fail(told, remedy);
  return freeMib < LITTLE_MIB ? warn(told, remedy) : ok(told);
}

async function lookAtStateDir(path: string): Promise<Finding> {
  const found = await statOf(path);
  if (found === undefined) return ok(`${path} is made by the first run`);
  const remedy = 'choose another with --state-dir or BATCHROCK_STATE_DIR';
  if (!found.isDirectory()) return fail(`${path} is a file`, remedy);
  const isWritable = await access(path, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable) return fail(`${path} may not be written to`, remedy);
  // Windows tells no such thing
  const isOpen = process.platform !== 'win32' && (found.mode & 0o077) !== 0;
  if (isOpen) return warn(`${path} may be read by others: rows, prompts and answers may lie there`, `chmod 700 ${path}`);
  return ok(path);
}

async function lookAtDisk(path: string): Promise<Finding> {
  let folder = path;
  while ((await statOf(folder)) === undefined && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  return judgeRoom((Number(bavail) * Number(bsize)) / MEBIBYTE, folder);
}

async function lookAtLedger({ ledger }: StateDir): Promise<Finding> {
  if ((await statOf(ledger)) === undefined) return skipped('there is none yet');
  try {
    // its pages and its items are looked at when it is opened
    openSqliteLedger(ledger).close();
    return ok(`${ledger} holds together`);
  } catch (error) {
    return findingOf(error);
  }
}

async function lookAtRuns(dir: StateDir): Promise<Finding> {
  if ((await statOf(dir.ledger)) === undefined) return skipped('there are none yet');
  const ledger = openSqliteLedger(dir.ledger);
  try {
    const open = (await listRuns({ ledger })).filter(({ state }) => state !== 'ended' && state !== 'stopped');
    const left = open.filter(({ run }) => !isRunBusy(dir, run)).map(({ run }) => run);
    if (left.length === 0)
      return ok(open.length === 0 ? 'none is open' : `${open.length} open, each with a process that works on it`);
    return warn(
      `nobody works on ${left.slice(0, 5).join(', ')}${left.length > 5 ? ' and others' : ''}`,
      `batchrock resume ${left[0]}`,
    );
  } finally {
    ledger.close();
  }
}

async function statOf(path: string) {
  return stat(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error))) return undefined;
    throw storageError(error, `look at ${path}`);
  });
}
