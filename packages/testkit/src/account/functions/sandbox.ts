import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { FunctionLog } from './function-log.ts';
import { endLine, type FunctionFailure, type SandboxCall, type SandboxReport, type SandboxStart } from './messages.ts';
import { environmentOf, type FunctionSettings, type Surroundings } from './settings.ts';

/** How one call of a sandbox ended. */
export type CallEnd =
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'failed'; readonly failure: FunctionFailure };

/** A process with the function's code loaded, which takes one event at a time. Between them it is stopped. */
export interface Sandbox {
  /** Resolves when the code is loaded; with what went wrong when it cannot be. */
  readonly ready: Promise<FunctionFailure | undefined>;
  readonly isGone: boolean;
  call(call: Omit<SandboxCall, 'remainingMs'>): Promise<CallEnd>;
  kill(): Promise<void>;
}

/** How often it is looked at whether a function exceeds its memory. */
const WATCH_MS = 50;
/** What the runtime leaves of the function's memory to the heap (it keeps the rest for itself). */
const HEAP_SHARE = 0.9;

/** Starts a sandbox. What it writes goes to the log. */
export function startSandbox(settings: FunctionSettings, surroundings: Surroundings, log: FunctionLog): Sandbox {
  const child = forkSandbox(settings, surroundings);
  endWithUs(child);
  let isGone = false;
  const gone = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      isGone = true;
      resolve(howItEnded(code, signal));
    });
  });
  const readLines = [child.stdout, child.stderr].map((stream) => log.follow(stream));
  const firstReport = nextReport(child);
  return {
    get isGone() {
      return isGone;
    },
    ready: Promise.race([firstReport, gone]).then((said) => {
      if (typeof said === 'string') return exited(undefined, said);
      return said.kind === 'init-failed' ? said.failure : undefined;
    }),
    async call(given) {
      const began = performance.now();
      const ended = readLines[0]?.(endLine(given.requestId));
      const reported = nextReport(child);
      const timeoutMs = settings.timeoutSeconds * 1000;
      child.kill('SIGCONT');
      child.send({ ...given, remainingMs: timeoutMs } satisfies SandboxCall);
      const watch = watchMemory(child, settings.memoryMB);
      const timeout = after(timeoutMs);
      const said = await Promise.race([reported, gone, timeout.over]);
      timeout.cancel();
      const mostMB = watch.stop();
      if (typeof said === 'object') await Promise.race([ended, gone]);
      const lives = typeof said === 'object' && said.kind !== 'died' && !isGone;
      // stopped between invocations, as Lambda freezes its sandboxes
      child.kill(lives ? 'SIGSTOP' : 'SIGKILL');
      if (!lives) await gone;
      log.add(reportLine(given.requestId, performance.now() - began, settings.memoryMB, mostMB));
      return endOf(said, given.requestId, settings);
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

const running = new Set<ChildProcess>();

/** A stopped process would not notice that this one has ended. One listener serves all, as Node warns of more than ten. */
function endWithUs(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', killRunning);
  running.add(child);
  child.once('exit', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', killRunning);
  });
}

function killRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

function forkSandbox(settings: FunctionSettings, surroundings: Surroundings): ChildProcess {
  const { codeFolder, handler, name, arn, memoryMB } = settings;
  const start: SandboxStart = { codeFolder, handler, functionName: name, functionArn: arn, memoryMB };
  // From source the file ends in .ts, compiled in .js: as this one does.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fork(new URL(`./sandbox-main.${extension}`, import.meta.url), [JSON.stringify(start)], {
    cwd: codeFolder,
    env: { ...environmentOf(settings, surroundings), ...compileCache() },
    execArgv: [`--max-old-space-size=${Math.floor(memoryMB * HEAP_SHARE)}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** Node keeps what it compiles for those that load the same file again: most of the time that a sandbox takes to start. */
function compileCache(): NodeJS.ProcessEnv {
  const folder = process.env['NODE_COMPILE_CACHE'];
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

function nextReport(child: ChildProcess): Promise<SandboxReport> {
  return new Promise((resolve) => child.once('message', (said) => resolve(said as SandboxReport)));
}

function after(ms: number): { readonly over: Promise<'over'>; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<'over'>((resolve) => {
    timer = setTimeout(() => resolve('over'), ms);
  });
  return { over, cancel: () => clearTimeout(timer) };
}

/** Kills a process whose resident memory exceeds the function's. Only where the system tells (Linux). */
function watchMemory(child: ChildProcess, mostMB: number): { readonly stop: () => number } {
  const look = (): void => {
    if (memoryMB(child.pid, 'RssAnon') > mostMB) child.kill('SIGKILL');
  };
  const timer = setInterval(look, WATCH_MS);
  return {
    stop() {
      clearInterval(timer);
      return memoryMB(child.pid, 'VmHWM');
    },
  };
}

/**
 * `RssAnon`: what belongs to the process alone now, since pages of Node's own file are shared by all sandboxes. `VmHWM`: the most
 * that ever was resident, those pages too.
 */
function memoryMB(pid: number | undefined, line: 'RssAnon' | 'VmHWM'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${line}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function endOf(said: SandboxReport | string, requestId: string, { timeoutSeconds }: FunctionSettings): CallEnd {
  if (said === 'over') {
    const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
    return { kind: 'failed', failure: { errorType: 'Sandbox.Timedout', errorMessage } };
  }
  if (typeof said === 'string') return { kind: 'failed', failure: exited(requestId, said) };
  if (said.kind === 'returned') return said;
  if (said.kind === 'threw' || said.kind === 'died') return { kind: 'failed', failure: said.failure };
  return { kind: 'failed', failure: exited(requestId, 'without providing a reason') };
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `with error: signal: ${signal === 'SIGKILL' ? 'killed' : signal}`;
  return code === 0 ? 'without providing a reason' : `with error: exit status ${code}`;
}

/** How Lambda tells that a process has ended by itself. */
export function exited(requestId: string | undefined, how: string): FunctionFailure {
  const of = requestId === undefined ? '' : `RequestId: ${requestId} `;
  return { errorType: 'Runtime.ExitError', errorMessage: `${of}Error: Runtime exited ${how}` };
}

function reportLine(requestId: string, ms: number, memoryMB: number, mostMB: number): string {
  const duration = `Duration: ${ms.toFixed(2)} ms\tBilled Duration: ${Math.ceil(ms)} ms`;
  return `REPORT RequestId: ${requestId}\t${duration}\tMemory Size: ${memoryMB} MB\tMax Memory Used: ${Math.ceil(mostMB)} MB`;
}
