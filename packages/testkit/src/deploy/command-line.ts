import type { Host } from '../../../batchrock/src/cli/host.ts';
import { runCli } from '../../../batchrock/src/cli/run-cli.ts';

/** What a command line said and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Who sits before it: nobody, unless they answer questions. */
export interface Person {
  readonly answers?: string;
  /** Variables of the environment beside those that every command line has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command line in this process, in a folder. */
export async function commandLine(argv: readonly string[], cwd: string, person: Person = {}): Promise<Ran> {
  const said = { stdout: '', stderr: '' };
  const isTTY = person.answers !== undefined;
  const stream = (name: 'stdout' | 'stderr'): Host['stdout'] => ({
    isTTY,
    columns: 120,
    write(text, done) {
      said[name] += typeof text === 'string' ? text : new TextDecoder().decode(text);
      done?.();
      return true;
    },
  });
  const host: Host = {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    stdin: { isTTY, async *[Symbol.asyncIterator]() {} },
    env: { BATCHROCK_STATE_DIR: `${cwd}/state`, NO_COLOR: '1', ...person.env },
    cwd,
    onSignal: () => () => {},
    exit: () => {},
    async ask(question) {
      said.stderr += question;
      return person.answers ?? '';
    },
  };
  const code = await runCli(argv, host);
  return { code, ...said };
}
