import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runChild } from './child.ts';
import type { Mutant } from './mutant.ts';
import { isExpected, type MutantRun } from './mutant-run.ts';
import { MUTANTS } from './mutants.ts';
import { writeWitness } from './witnesses.ts';

/** How a mutant fared. */
interface Verdict {
  readonly mutant: Mutant;
  readonly caught: boolean;
  readonly found: string;
  readonly run: MutantRun;
}

const child = fileURLToPath(new URL('./mutant-child.ts', import.meta.url));
const plant = new URL('./plant.ts', import.meta.url).href;
const didNotRun: MutantRun = { byWitness: false, seeds: 0, cpuMs: 0 };

/** Runs a mutant in a process of its own until a promise breaks or its budget is spent. */
async function judge(mutant: Mutant, renews: boolean): Promise<Verdict> {
  const options = { nodeArgs: ['--import', plant], env: { SIM_MUTANT: mutant.name } };
  try {
    return read(mutant, JSON.parse(await runChild(child, renews ? ['--renew'] : [], options)) as MutantRun);
  } catch (error) {
    return { mutant, caught: false, found: `did not run: ${(error as Error).message}`, run: didNotRun };
  }
}

function read(mutant: Mutant, run: MutantRun): Verdict {
  const { failure, seeds } = run;
  if (failure === undefined) return { mutant, caught: false, found: `survives ${seeds} seeds`, run };
  const caught = isExpected(mutant, failure);
  return { mutant, caught, found: caught ? failure.invariant : `unexpected ${failure.message}`, run };
}

function row({ mutant, caught, found, run }: Verdict): string {
  const { failure, byWitness, witness, cpuMs } = run;
  const seed = failure === undefined ? '-' : `${failure.seed}${byWitness ? ' w' : '  '}`;
  const seconds = (cpuMs / 1000).toFixed(1).padStart(6);
  const kept = witness === undefined ? '' : `, by ${witness.faults.length} faults`;
  return `${caught ? 'caught  ' : 'SURVIVES'}  ${mutant.name.padEnd(32)}${seed.padStart(8)} ${seconds}  ${found}${kept}`;
}

// npm run sim:mutants -- [--renew] [NAME …]
const { values, positionals } = parseArgs({
  options: { renew: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
if (unknown.length > 0) {
  process.stderr.write(`no mutant ${unknown.join(', ')}; there are ${MUTANTS.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}
const queue = MUTANTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const total = queue.length;
let kept = Promise.resolve();
let caught = 0;
let cpuMs = 0;
process.stdout.write(
  `          ${'mutant'.padEnd(32)}${'seed'.padStart(6)}   ${'CPU s'.padStart(6)}  broken promise (w: by its witness)\n`,
);
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const mutant = next;
      const verdict = await judge(mutant, values.renew);
      if (verdict.caught) caught++;
      cpuMs += verdict.run.cpuMs;
      const { witness } = verdict.run;
      // each at once: all of them together take minutes
      if (witness !== undefined) kept = kept.then(() => writeWitness(mutant.name, witness));
      process.stdout.write(`${row(verdict)}\n`);
    }
  }),
);
await kept;
process.stdout.write(
  `${(cpuMs / 1000).toFixed(1)} s of CPU beside that of starting\n${caught} passed, ${total - caught} failed\n`,
);
process.exitCode = caught === total ? 0 : 1;
