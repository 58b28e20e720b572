import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MUTANTS, type Mutant } from './mutants.ts';

/** How a mutant fared. */
interface Verdict {
  readonly mutant: Mutant;
  readonly caught: boolean;
  readonly seed: string;
  readonly found: string;
}

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const plant = new URL('./plant.ts', import.meta.url).href;

/** Runs seeds over a mutant in a process of its own until one breaks or its budget is spent. */
function judge(mutant: Mutant): Promise<Verdict> {
  const args = ['--conditions=@batchrock/source', '--import', plant, main, '--json', '--seeds', String(mutant.seeds)];
  const child = spawn(process.execPath, args, { env: { ...process.env, SIM_MUTANT: mutant.name } });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(read(mutant, 'error', '', error.message)));
    child.on('close', (code, signal) => resolve(read(mutant, code ?? signal, out, err)));
  });
}

function read(mutant: Mutant, code: number | string | null, out: string, err: string): Verdict {
  if (code !== 0) return { mutant, caught: false, seed: '-', found: `did not run (${code}): ${err.trim().split('\n').at(-1)}` };
  const line = out.trim().split('\n').at(-1) ?? '';
  if (line === '') return { mutant, caught: false, seed: '-', found: `survives ${mutant.seeds} seeds` };
  const { seed, invariant, message } = JSON.parse(line) as { seed: number; invariant: string; message: string };
  const expected = mutant.breaks.some((name) => name === invariant);
  return { mutant, caught: expected, seed: String(seed), found: expected ? invariant : `unexpected ${message}` };
}

function row(verdict: Verdict): string {
  const { mutant, caught, seed, found } = verdict;
  return `${caught ? 'caught  ' : 'SURVIVES'}  ${mutant.name.padEnd(30)}${seed.padStart(6)}  ${found}`;
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
process.stdout.write(`          ${'mutant'.padEnd(30)}${'seed'.padStart(6)}  broken promise\n`);
const total = queue.length;
let caught = 0;
await Promise.all(
  Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const verdict = await judge(mutant);
      if (verdict.caught) caught++;
      process.stdout.write(`${row(verdict)}\n`);
    }
  }),
);
process.stdout.write(`${caught} passed, ${total - caught} failed\n`);
process.exitCode = caught === total ? 0 : 1;
