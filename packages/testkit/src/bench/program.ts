import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { InvariantError } from '@batchrock/core';

/** What users run: the compiled program. `npm run bench` builds it first. */
const PROGRAM = fileURLToPath(new URL('../../../batchrock/bin/batchrock.js', import.meta.url));

/** Starts `batchrock` with its standard output in a pipe. `before`: words of a command that starts it, such as `taskset -c 1`. */
export function startProgram(args: readonly string[], env: NodeJS.ProcessEnv = {}, before: readonly string[] = []): ChildProcess {
  const [command, ...rest] = [...before, process.execPath, PROGRAM, ...args];
  return spawn(command as string, rest, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, CI: '1', ...env } });
}

/** The address that `batchrock local` prints when it serves. */
export async function servedUrl(server: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of server.stdout ?? []) {
    text += chunk;
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new InvariantError('the local Bedrock did not start');
}

/** The exit code when the process has ended; null when a signal ended it. */
export async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}
