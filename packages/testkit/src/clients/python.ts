import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A virtual environment with the clients in it. */
export interface PythonEnvironment {
  readonly python: string;
  /** The folder of its programs. */
  readonly bin: string;
}

const INSTALL_MS = 15 * 60_000;

/**
 * Makes the virtual environment in `folder` and installs the pinned requirements into it; an environment that has them
 * already is used again. Rejects with what is missing, in words.
 */
export async function openPythonEnvironment(folder: string, requirements: string): Promise<PythonEnvironment> {
  const bin = join(folder, 'bin');
  const environment = { python: join(bin, 'python'), bin };
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = join(folder, 'installed.sha256');
  if (readStamp(stamp) === wanted) return environment;

  await run('python3', ['--version'], 10_000).catch(() => {
    throw new Error('python3 is not installed, or not on the PATH: install Python 3.10 or newer with its venv module');
  });
  rmSync(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder], 120_000);
  process.stdout.write(
    `installing ${readFileSync(requirements, 'utf8').trim().split('\n').join(' and ')} (this takes some minutes)\n`,
  );
  const log = join(folder, 'install.log');
  // not compiled, which takes longer than the rest: Python compiles by itself what is imported, a small part of all
  const install = ['-m', 'pip', 'install', '--no-input', '--no-compile', '--disable-pip-version-check', '-r', requirements];
  await run(environment.python, install, INSTALL_MS, log).catch((error: unknown) => {
    throw new Error(`${String(error)}; see ${log}:\n${readFileSync(log, 'utf8').slice(-1000)}`);
  });
  writeFileSync(stamp, wanted);
  return environment;
}

function readStamp(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function run(command: string, args: readonly string[], timeoutMs: number, log?: string): Promise<void> {
  const output = log === undefined ? 'ignore' : openSync(log, 'w');
  const child = spawn(command, args, { stdio: ['ignore', output, output], timeout: timeoutMs, killSignal: 'SIGKILL' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.slice(0, 3).join(' ')} ended with ${signal ?? code}`));
    });
  });
}
