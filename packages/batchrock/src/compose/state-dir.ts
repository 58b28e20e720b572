import { chmod, mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { InputError } from '@batchrock/core';
import { storageError, systemErrorCode } from '../node/index.ts';

/** Paths below the state directory. */
export interface StateDir {
  readonly path: string;
  readonly ledger: string;
  /** Answers of runs, for others that ask for the same. */
  readonly answers: string;
  /** Data of the embedded local Bedrock. */
  readonly local: string;
  /** Temporary files. */
  readonly scratch: string;
  /** Datasets that came through standard input, by their hash. */
  readonly spool: string;
  lock(run: string): string;
}

/**
 * Where the ledger is: the option, `BATCHROCK_STATE_DIR`, `$XDG_STATE_HOME/batchrock` or `~/.local/state/batchrock`.
 * A relative path starts at `cwd`.
 */
export function stateDirPath(option: string | undefined, env: Readonly<Record<string, string | undefined>>, cwd: string): string {
  const given = option ?? nonEmpty(env['BATCHROCK_STATE_DIR']);
  if (given !== undefined) return resolve(cwd, given);
  const xdg = nonEmpty(env['XDG_STATE_HOME']);
  // The XDG base directory specification (0.8) says that a relative path there is to be ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'batchrock');
  return join(nonEmpty(env['HOME']) ?? homedir(), '.local', 'state', 'batchrock');
}

/** The paths of a state directory; nothing is made. */
export function stateDir(path: string): StateDir {
  return {
    path,
    ledger: join(path, 'ledger.db'),
    answers: join(path, 'answers.db'),
    local: join(path, 'local'),
    scratch: join(path, 'scratch'),
    spool: join(path, 'spool'),
    lock: (run) => join(path, 'locks', `${run}.lock`),
  };
}

/** Makes the folders, readable for their owner alone: rows, prompts and answers may lie in them. */
export async function makeStateDir(dir: StateDir): Promise<void> {
  try {
    for (const path of [dir.path, dir.scratch, dir.spool, join(dir.path, 'locks')]) {
      await mkdir(path, { recursive: true, mode: 0o700 });
    }
    await chmod(dir.path, 0o700);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOTDIR' || code === 'EEXIST') {
      throw new InputError('BR-E0120', `the state directory ${dir.path} cannot be made: a file is in its way`, {
        cause: error,
        hint: 'choose another with --state-dir or BATCHROCK_STATE_DIR',
      });
    }
    throw storageError(error, `make the state directory ${dir.path}`);
  }
}

/** Throws `BR-E0120` for a folder that is no state directory: no ledger is in it. */
export async function requireLedger({ path, ledger }: StateDir): Promise<void> {
  const facts = await stat(ledger).catch((error: unknown) => {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw storageError(error, `look at ${ledger}`);
  });
  if (facts?.isFile() && facts.size > 0) return;
  throw new InputError('BR-E0120', `${path} is no state directory of batchrock: no ledger.db is in it`, {
    hint: 'choose another with --state-dir or BATCHROCK_STATE_DIR',
    details: { path },
  });
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
