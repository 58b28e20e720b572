import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A child process that speaks in messages. */
export interface Child<T> {
  readonly process: ChildProcess;
  /** What it said when it was ready. */
  readonly first: T;
  /** Asks, and resolves with the next thing that it says. */
  ask<A = T>(): Promise<A>;
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Runs a script of this folder from source, by Node itself. */
export async function startChild<T>(script: string, argument: object): Promise<Child<T>> {
  const child = fork(join(import.meta.dirname, script), [JSON.stringify(argument)], {
    execArgv: ['--conditions=@batchrock/source'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (text) => {
    errors += text;
  });
  const gone = once(child, 'exit').then(() => {
    throw new Error(`${script} ended: ${errors}`);
  });
  gone.catch(() => {});
  const next = async <A>(): Promise<A> => ((await Promise.race([once(child, 'message'), gone])) as [A])[0];
  return {
    process: child,
    first: await next<T>(),
    ask: async <A>() => {
      const said = next<A>();
      child.send('?');
      return said;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
