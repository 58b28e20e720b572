import { createInterface } from 'node:readline/promises';
import type { EndSignal, Host } from './cli/host.ts';
import { runCli } from './cli/run-cli.ts';

/** The process as the program sees it. */
const host: Host = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  onSignal(handler) {
    const signals: readonly EndSignal[] = ['SIGINT', 'SIGTERM'];
    for (const signal of signals) process.on(signal, handler);
    return () => {
      for (const signal of signals) process.off(signal, handler);
    };
  },
  exit: (code) => process.exit(code),
  async ask(question) {
    const line = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await line.question(question);
    } finally {
      line.close();
    }
  },
};

// Whoever reads our output may leave early (`| head`): that is no error. Other errors come back from the write.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});
process.stderr.on('error', () => undefined);

// node:sqlite says on Node 22 that it is experimental; users cannot do anything about that.
const emitWarning = process.emitWarning.bind(process) as (...given: unknown[]) => void;
process.emitWarning = ((...given: unknown[]) => {
  if (!String(given[0]).startsWith('SQLite is an experimental feature')) emitWarning(...given);
}) as typeof process.emitWarning;

const code = await runCli(process.argv.slice(2), host);
// What is written to a pipe may still be on its way.
await new Promise((resolve) => process.stdout.write('', resolve));
await new Promise((resolve) => process.stderr.write('', resolve));
process.exit(code);
