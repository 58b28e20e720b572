import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that is not ours, on loopback. */
export interface ForeignServer {
  readonly url: string;
  close(): Promise<void>;
}

/** How a server is started, and how it is seen that it is up. */
export interface ServerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly url: string;
  /** A path that answers well once it is up. */
  readonly alivePath: string;
  readonly log: string;
  readonly startMs: number;
  /** True for a program that ends when its standard input does: it cannot outlive this process, however that ends. */
  readonly endsWithInput?: boolean;
}

/** Starts a server and waits until it is alive. Rejects with the end of its log when it does not come up in time. */
export async function startServer(command: ServerCommand): Promise<ForeignServer> {
  const output = openSync(command.log, 'w');
  const child = spawn(command.program, command.args, {
    stdio: [command.endsWithInput ? 'pipe' : 'ignore', output, output],
    env: { ...process.env, ...command.env },
  });
  try {
    await untilAlive(child, command);
  } catch (error) {
    await stop(child);
    throw new Error(`${String(error)}; the end of its log:\n${readFileSync(command.log, 'utf8').slice(-1500)}`);
  }
  return { url: command.url, close: () => stop(child) };
}

async function untilAlive(child: ChildProcess, { name, url, alivePath, startMs }: ServerCommand): Promise<void> {
  const until = Date.now() + startMs;
  while (Date.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended at once`);
    const alive = await fetch(url + alivePath).then(
      (response) => response.ok,
      () => false,
    );
    if (alive) return;
    await sleep(250);
  }
  throw new Error(`${name} was not alive after ${startMs / 1000} s`);
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
