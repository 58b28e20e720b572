import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Counts checks and prints one line for each. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  add(name: string, problem?: string): void;
}

/** A tally that prints to standard output. */
export function createTally(): Tally {
  let passed = 0;
  let failed = 0;
  return {
    get passed() {
      return passed;
    },
    get failed() {
      return failed;
    },
    add(name, problem) {
      if (problem === undefined) passed += 1;
      else failed += 1;
      process.stdout.write(problem === undefined ? `ok      ${name}\n` : `FAILED  ${name}: ${problem}\n`);
    },
  };
}

/**
 * Runs a program that prints `ok NAME` and `not ok NAME: REASON`, and counts its lines. A program that ends otherwise
 * than well, takes longer than `timeoutMs` or checks nothing is a failed check too.
 */
export async function runChecks(
  tally: Tally,
  title: string,
  command: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL' });
  let errors = '';
  let checks = 0;
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? code}: ${errors.trim()}`));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [, not, name = '', reason] = /^(not )?ok (.*?)(?:: (.*))?$/.exec(line) ?? [];
    if (name === '') continue;
    checks += 1;
    if (not === undefined) tally.add(reason === undefined ? `${title}: ${name}` : `${title}: ${name}: ${reason}`);
    else tally.add(`${title}: ${name}`, reason ?? 'no reason given');
  }
  const problem = await ended;
  if (problem !== undefined) tally.add(title, problem);
  else if (checks === 0) tally.add(title, 'nothing was checked');
}
