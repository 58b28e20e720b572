import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type LocalBedrock, type LocalBedrockOptions, startLocalBedrock } from '@batchrock/local';
import type { EndSignal, Host } from '../src/cli/host.ts';
import { runCli } from '../src/cli/run-cli.ts';
import { afterTest } from './after-test.ts';

/** What a command line said and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command line is run. */
export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** Both outputs are terminals of this width. */
  readonly columns?: number;
  /** What a person answers. */
  readonly answer?: string;
  /** Gives how to send a signal. */
  readonly onStart?: (send: (signal: EndSignal) => void) => void;
}

/** The id that most tests ask; its family is known and its jobs take 100 records at least. */
export const MODEL = 'anthropic.claude-3-haiku-20240307-v1:0';

/** A new folder that is gone after the test, with these files. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-cli-'));
  afterTest(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A real local Bedrock, in this process, until the test ends. */
export async function localServer(options: Partial<LocalBedrockOptions> = {}): Promise<LocalBedrock> {
  const server = await startLocalBedrock({ dir: folderWith(), buckets: ['batchrock-local'], ...options });
  afterTest(() => server.close());
  return server;
}

/** A job as the server's administration tells it. */
export interface ServerJob {
  readonly jobArn: string;
  readonly jobName: string;
  readonly status: string;
  readonly clientRequestToken?: string;
}

/** Every job that was ever created at a server. */
export async function jobsOf(server: { readonly url: string }): Promise<readonly ServerJob[]> {
  const answer = await fetch(`${server.url}/_batchrock/jobs`);
  return ((await answer.json()) as { jobs: readonly ServerJob[] }).jobs;
}

/** Runs a command line in this process; the state is kept in a folder below `cwd`. */
export async function cli(argv: readonly string[], options: RunOptions): Promise<Ran> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: options.columns !== undefined,
    columns: options.columns,
    write(text: string | Uint8Array, done?: (error?: Error | null) => void): boolean {
      said[name] += typeof text === 'string' ? text : new TextDecoder().decode(text);
      done?.();
      return true;
    },
  });
  const handlers = new Set<(signal: EndSignal) => void>();
  options.onStart?.((signal) => {
    for (const handler of handlers) handler(signal);
  });
  const host: Host = {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    stdin: Object.assign(oneChunk(options.stdin ?? ''), { isTTY: options.answer !== undefined }),
    env: { BATCHROCK_STATE_DIR: join(options.cwd, 'state'), ...options.env },
    cwd: options.cwd,
    onSignal(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    exit(code) {
      throw new Error(`left at once with ${code}`);
    },
    ask: async (question) => {
      said.stderr += question;
      return options.answer ?? '';
    },
  };
  const code = await runCli(argv, host);
  return { code, ...said };
}

async function* oneChunk(text: string | Uint8Array): AsyncIterable<Uint8Array> {
  if (text.length > 0) yield typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

/** A command line in a process of its own. */
export interface Spawned {
  readonly process: ChildProcess;
  readonly ended: Promise<Ran & { readonly signal: NodeJS.Signals | null }>;
  /** Resolves when standard error holds this, or the process has ended. */
  said(what: RegExp): Promise<void>;
  /** What it has said so far. */
  saidSoFar(): Pick<Ran, 'stdout' | 'stderr'>;
}

/** Where a process is started. */
export type SpawnOptions = Pick<RunOptions, 'cwd' | 'env'>;

const MAIN = join(import.meta.dirname, '../src/main.ts');

/** Starts the program from source in a process of its own. */
export function spawnCli(argv: readonly string[], options: SpawnOptions): Spawned {
  return spawnProgram(process.execPath, ['--conditions=@batchrock/source', MAIN, ...argv], options);
}

/** Starts any program in the environment of a command line. */
export function spawnProgram(program: string, argv: readonly string[], options: SpawnOptions): Spawned {
  const env = { ...process.env, BATCHROCK_STATE_DIR: join(options.cwd, 'state'), ...options.env };
  // the test runner says so for itself
  for (const name of ['NODE_OPTIONS', 'FORCE_COLOR', 'NODE_ENV', 'CI']) delete (env as NodeJS.ProcessEnv)[name];
  const child = spawn(program, argv, {
    cwd: options.cwd,
    env: { ...env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const ended = new Promise<Ran & { readonly signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code: code ?? -1, signal, ...said }));
  });
  afterTest(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const heard = (what: RegExp) =>
    new Promise<void>((resolve) => {
      const look = (): void => {
        if (what.test(said.stderr)) resolve();
      };
      child.stderr.on('data', look);
      look();
    });
  return {
    process: child,
    ended,
    saidSoFar: () => ({ ...said }),
    said: (what) => Promise.race([heard(what), ended.then(() => undefined)]),
  };
}
