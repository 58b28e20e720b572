import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a process of our own said, when it has ended well. */
export interface ChildOptions {
  /** Before the program: `--import` and its like. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Where Node keeps what it has compiled, as it does where it is not told: most of what a process needs to begin is that. */
const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };

/** Runs a program of this folder in a process of its own; what it wrote to its output. Throws with what it complained of. */
export function runChild(program: string, args: readonly string[], options: ChildOptions = {}): Promise<string> {
  // what this process was started with: the condition for sources, and a bug that is planted
  const nodeArgs = [...process.execArgv, ...(options.nodeArgs ?? []), program, ...args];
  const env = { ...COMPILE_CACHE, ...process.env, ...options.env };
  const child = spawn(process.execPath, nodeArgs, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${program} ended with ${code ?? signal}: ${err.trim().split('\n').at(-1) ?? ''}`));
    });
  });
}
