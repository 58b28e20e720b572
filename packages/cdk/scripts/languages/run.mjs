import { spawnSync } from 'node:child_process';

/** Characters of what a failed program printed, from its end. */
const longestReport = 6000;

/** Runs a program to its end, in silence when it succeeds. Throws with all that it printed when it fails. */
export function run(program, args, { cwd, env = {} } = {}) {
  const result = spawnSync(program, args, { cwd, env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.error !== undefined) throw new Error(`${program} cannot be run: ${result.error.message}`);
  if (result.status === 0) return result.stdout;
  const printed = `${result.stdout}\n${result.stderr}`.slice(-longestReport);
  throw new Error(`${program} ${args.join(' ')} failed with ${result.status}\n${printed}`);
}
