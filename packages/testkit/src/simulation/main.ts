import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runChild } from './child.ts';
import { REGRESSIONS, readRegressions, reduceSeed, replay, writeRegression } from './regressions.ts';
import { runSeeds } from './run-seeds.ts';
import { runSeed } from './seed.ts';
import { addTotals, describeTotals, type Failure, neverMet, noTotals, type Totals } from './totals.ts';

/** Seeds that are run when none are asked for. */
const ALL_SEEDS = 5000;
/** After so many every mark must have been met. */
const MARKED_SEEDS = 1000;
const MAX_FAILURES = 5;

const USAGE = 'usage: npm run sim -- [--seeds N] [--from N] [--jobs N] [--seed N [--trace]]';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: String(ALL_SEEDS) },
    from: { type: 'string', default: '1' },
    /** Processes; default: one for each core. */
    jobs: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    /** One process's share: every `step`-th seed from `from`, told as JSON. */
    step: { type: 'string' },
    failures: { type: 'string', default: String(MAX_FAILURES) },
    /** Where seeds that failed are kept. */
    regressions: { type: 'string', default: REGRESSIONS },
  },
});

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function whole(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}

/** The story of one seed, or its end where it failed. */
async function tellSeed(seed: number): Promise<void> {
  Error.stackTraceLimit = 12;
  const { violation, story } = await runSeed(seed, { wholeStory: values.trace });
  if (values.trace) print(story.join('\n'));
  else if (violation !== undefined) {
    print(`\nseed ${seed} at ${violation.at}: ${violation.message}`);
    for (const line of violation.story.slice(-12)) print(`  ${line}`);
    print(`  the whole story: npm run sim -- --seed ${seed} --trace`);
  }
}

async function tellFailure(failure: Failure): Promise<void> {
  if (failure.at === '-') {
    print(`\nseed ${failure.seed} ${failure.message}`);
    return;
  }
  await tellSeed(failure.seed);
  Error.stackTraceLimit = 0;
  const regression = await reduceSeed(failure.seed, process.env['SIM_MUTANT']);
  if (regression === undefined) return;
  const name = await writeRegression(regression, values.regressions);
  print(`  it takes ${regression.faults.length} faults, written to ${values.regressions}${name}:`);
  for (const fault of regression.faults) print(`    ${fault}`);
}

/** Runs what failed once; how many fail again. */
async function replayAll(): Promise<{ readonly passed: number; readonly failed: number }> {
  const regressions = await readRegressions(values.regressions);
  let failed = 0;
  for (const [name, regression] of regressions) {
    const violation = await replay(regression);
    if (violation === undefined) continue;
    failed++;
    print(`regression ${name}: ${violation.message}`);
  }
  return { passed: regressions.size - failed, failed };
}

/** Splits the seeds over processes, and adds up what they tell. */
async function runAll(from: number, count: number, jobs: number): Promise<Totals> {
  const totals = noTotals();
  const program = fileURLToPath(import.meta.url);
  const shares = Array.from({ length: Math.min(jobs, count) }, async (_, i) => {
    const share = [
      '--from',
      String(from + i),
      '--seeds',
      String(count - i),
      '--step',
      String(jobs),
      '--failures',
      values.failures,
    ];
    addTotals(totals, JSON.parse(await runChild(program, share)) as Totals);
  });
  await Promise.all(shares);
  totals.failures.sort((a, b) => a.seed - b.seed);
  return totals;
}

async function main(): Promise<void> {
  const from = whole(values.seed ?? values.from);
  const count = values.seed === undefined ? whole(values.seeds) : 1;
  if (values.step !== undefined) {
    const range = { from, to: from + count, step: whole(values.step), maxFailures: whole(values.failures) };
    print(JSON.stringify(await runSeeds(range)));
    return;
  }
  const started = performance.now();
  const replayed = values.seed === undefined ? await replayAll() : { passed: 0, failed: 0 };
  if (values.seed !== undefined) await tellSeed(from);
  const totals =
    count === 1 ? await runSeeds({ from, to: from + 1, step: 1, maxFailures: 1 }) : await runAll(from, count, whole(values.jobs));
  if (values.seed === undefined)
    for (const failure of totals.failures.slice(0, whole(values.failures))) await tellFailure(failure);

  const unmet = count < MARKED_SEEDS || totals.failures.length > 0 ? [] : neverMet(totals);
  if (unmet.length > 0) print(`never met: ${unmet.join(', ')}`);
  if (count >= MARKED_SEEDS)
    print(
      `${Object.entries(totals.marks)
        .map(([mark, times]) => `${mark} ${times}`)
        .join(', ')}`,
    );
  print(describeTotals(totals, (performance.now() - started) / 1000));
  if (replayed.passed > 0) print(`${replayed.passed} regressions`);
  const failed = replayed.failed + totals.failures.length + (unmet.length > 0 ? 1 : 0);
  print(`${replayed.passed + totals.seeds - totals.failures.length} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await main();
