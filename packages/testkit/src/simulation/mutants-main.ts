import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runChild } from './child.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import type { Totals } from './totals.ts';

/** How a mutant fared. */
interface Verdict {
  readonly mutant: Mutant;
  readonly caught: boolean;
  readonly seed: string;
  readonly found: string;
  readonly cpuMs: number;
}

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const plant = new URL('./plant.ts', import.meta.url).href;

/** Runs seeds over a mutant in a process of its own until one breaks or its budget is spent. */
async function judge(mutant: Mutant): Promise<Verdict> {
  const { from = 1, seeds } = mutant;
  const args = ['--from', String(from), '--seeds', String(seeds), '--step', '1', '--failures', '1'];
  const options = { nodeArgs: ['--import', plant], env: { SIM_MUTANT: mutant.name } };
  try {
    return read(mutant, JSON.parse(await runChild(main, args, options)) as Totals);
  } catch (error) {
    return { mutant, caught: false, seed: '-', found: `did not run: ${(error as Error).message}`, cpuMs: 0 };
  }
}

function read(mutant: Mutant, { failures, cpuMs, seeds }: Totals): Verdict {
  const [failure] = failures;
  if (failure === undefined) return { mutant, caught: false, seed: '-', found: `survives ${seeds} seeds`, cpuMs };
  const { seed, invariant, message } = failure;
  const expected = mutant.breaks.some((name) => name === invariant);
  return { mutant, caught: expected, seed: String(seed), found: expected ? invariant : `unexpected ${message}`, cpuMs };
}

function row({ mutant, caught, seed, found, cpuMs }: Verdict): string {
  const seconds = (cpuMs / 1000).toFixed(1).padStart(6);
  return `${caught ? 'caught  ' : 'SURVIVES'}  ${mutant.name.padEnd(32)}${seed.padStart(6)} ${seconds}  ${found}`;
}

/** A mutant with a larger budget of seeds is a rare one: it takes minutes. */
const EASY_SEEDS = 1000;

// npm run sim:mutants -- [--easy] [NAME …]
const { values, positionals } = parseArgs({ options: { easy: { type: 'boolean', default: false } }, allowPositionals: true });
const unknown = positionals.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
if (unknown.length > 0) {
  process.stderr.write(`no mutant ${unknown.join(', ')}; there are ${MUTANTS.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}
const chosen = MUTANTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const queue = chosen.filter(({ seeds }) => !values.easy || seeds <= EASY_SEEDS);
const total = queue.length;
let caught = 0;
process.stdout.write(`          ${'mutant'.padEnd(32)}${'seed'.padStart(6)} ${'CPU s'.padStart(6)}  broken promise\n`);
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const verdict = await judge(mutant);
      if (verdict.caught) caught++;
      process.stdout.write(`${row(verdict)}\n`);
    }
  }),
);
process.stdout.write(`${caught} passed, ${total - caught} failed\n`);
process.exitCode = caught === total ? 0 : 1;
