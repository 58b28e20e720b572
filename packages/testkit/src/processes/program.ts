import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../../batchrock/src/main.ts');
const COUNT_PORTS = join(import.meta.dirname, 'count-ports.ts');

/** How a command line ended. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line in a process of its own. */
export interface Program {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** What happens at a moment of its ports, counted from 1; see `count-ports.ts`. */
export interface AtMoment {
  readonly at?: number;
  /** Default SIGKILL. */
  readonly signal?: 'SIGKILL' | 'SIGSTOP' | 'SIGINT';
  /** Calls that only read are not counted. */
  readonly changes?: boolean;
  /** File for the names of the moments. */
  readonly trace?: string;
}

/** How a command line is started. */
export interface ProgramOptions {
  readonly cwd: string;
  readonly moments?: AtMoment;
  readonly env?: Readonly<Record<string, string>>;
  /** A script of `sh` that runs it as `"$@"`. */
  readonly shell?: string;
  /** Words in front of all: `unshare -rm`. */
  readonly before?: readonly string[];
}

/** Starts `batchrock` from its source; its state directory is `state` below `cwd`. */
export function startProgram(argv: readonly string[], o: ProgramOptions): Program {
  const counting = o.moments === undefined ? [] : ['--import', COUNT_PORTS];
  const node = [process.execPath, '--conditions=@batchrock/source', ...counting, MAIN, ...argv];
  const shell = o.shell === undefined ? [] : ['sh', '-c', o.shell, 'sh'];
  const [program = '', ...rest] = [...(o.before ?? []), ...shell, ...node];
  const child = spawn(program, rest, { cwd: o.cwd, env: environment(o), stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...said }));
  });
  return { process: child, ended };
}

/** The names of the moments that a process has come to. */
export function readTrace(path: string): readonly string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}

function environment({ cwd, env, moments = {} }: ProgramOptions): NodeJS.ProcessEnv {
  const { at, signal, changes, trace } = moments;
  const all: NodeJS.ProcessEnv = {
    ...process.env,
    BATCHROCK_STATE_DIR: join(cwd, 'state'),
    ...(at !== undefined && { PORTS_AT: String(at) }),
    ...(signal !== undefined && { PORTS_SIGNAL: signal }),
    ...(changes && { PORTS_COUNT: 'changes' }),
    ...(trace !== undefined && { PORTS_TRACE: trace }),
    ...env,
  };
  // the test runner says so for itself
  for (const name of ['NODE_OPTIONS', 'FORCE_COLOR', 'NODE_ENV', 'CI']) delete all[name];
  return all;
}
