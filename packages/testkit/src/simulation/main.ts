import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { appendPiece, commitInHand, describeRecord, nextSeed, readRecord } from './record.ts';
import type { SeedRange } from './run-seeds.ts';
import { shareSeeds, TWICE_EVERY } from './share-seeds.ts';
import { ALL_SHARES, marksOf, type Share } from './shares.ts';
import { addTotals, describeTotals, type Failure, neverMet, noTotals, type Totals } from './totals.ts';

const MAX_FAILURES = 5;
/** Seeds of a long run between two lines of its record; each piece has processes of its own, which begin cold. Some minutes. */
const PIECE = 20_000;
/** `TWICE_EVERY` of a long run, which is after rare worlds: seven runs of one seed are six new seeds less. */
const TWICE_EVERY_LONG = 500;

const USAGE = 'usage: npm run sim -- [--seeds N] [--from N] [--jobs N] [--seed N [--trace]] [--twice-every N] [--record FILE]';

const { values } = parseArgs({
  options: {
    /** Default: those that every change runs. */
    seeds: { type: 'string' },
    /** Default: the first one; of a record: the first one that is not run on every change. */
    from: { type: 'string' },
    /** Processes; default: one for each core. */
    jobs: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    /** One process's share: every `step`-th seed from `from`, told as JSON. */
    step: { type: 'string' },
    /** Goes on behind the last seed in this file, and keeps there what was run. */
    record: { type: 'string' },
    /** Every so many-th seed is run twice, and in every variant. Default: 50, with a record 500. */
    'twice-every': { type: 'string' },
    failures: { type: 'string', default: String(MAX_FAILURES) },
    /** Where seeds that failed are kept. */
    regressions: { type: 'string' },
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
  const { runSeed } = await import('./seed.ts');
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
  const { REGRESSIONS, reduceSeed, writeRegression } = await import('./regressions.ts');
  const regression = await reduceSeed(failure.seed, process.env['SIM_MUTANT']);
  if (regression === undefined) return;
  const folder = values.regressions ?? REGRESSIONS;
  const name = await writeRegression(regression, folder);
  print(`  it takes ${regression.faults.length} faults, written to ${folder}${name}:`);
  for (const fault of regression.faults) print(`    ${fault}`);
}

/** Runs what failed once; how many fail again. */
async function replayAll(): Promise<{ readonly passed: number; readonly failed: number }> {
  const { readRegressions, replay } = await import('./regressions.ts');
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

/** Runs seeds piece by piece from where a record ends, and writes each piece there. It ends at a piece in which one failed. */
async function runOn(file: string, { first, seeds, jobs, maxFailures, twiceEvery }: LongRun): Promise<boolean> {
  const commit = await commitInHand();
  for (let left = seeds; left > 0; left -= PIECE) {
    const from = nextSeed(await readRecord(file), first);
    const totals = await shareSeeds({ from, seeds: Math.min(PIECE, left), jobs, maxFailures, twiceEvery });
    await appendPiece(file, commit, from, totals);
    for (const failure of totals.failures) await tellFailure(failure);
    print(`from ${from}: ${totals.seeds} seeds, ${totals.failures.length} violations`);
    if (totals.failures.length > 0) return false;
  }
  return true;
}

interface LongRun {
  /** Where a record begins. */
  readonly first: number;
  readonly seeds: number;
  readonly jobs: number;
  readonly maxFailures: number;
  readonly twiceEvery: number;
}

/** Runs seeds in this process. What they need is loaded by whoever runs one: a process that shares them out runs none. */
async function runHere(range: SeedRange): Promise<Totals> {
  const { runSeeds } = await import('./run-seeds.ts');
  return runSeeds(range);
}

async function main(): Promise<void> {
  const from = whole(values.seed ?? values.from ?? '1');
  const count = values.seed === undefined ? whole(values.seeds ?? String(ALL_SHARES[0].seeds)) : 1;
  const twiceEvery = whole(values['twice-every'] ?? String(values.record === undefined ? TWICE_EVERY : TWICE_EVERY_LONG));
  const maxFailures = whole(values.failures);
  if (values.step !== undefined) {
    print(JSON.stringify(await runHere({ from, to: from + count, step: whole(values.step), maxFailures, twiceEvery })));
    return;
  }
  const jobs = whole(values.jobs);
  if (values.record !== undefined) {
    const first = values.from === undefined ? ALL_SHARES[0].seeds + 1 : from;
    const isWell = await runOn(values.record, { first, seeds: count, jobs, maxFailures, twiceEvery });
    for (const line of describeRecord(await readRecord(values.record))) print(line);
    process.exitCode = isWell ? 0 : 1;
    return;
  }
  const started = performance.now();
  const replayed = values.seed === undefined ? await replayAll() : { passed: 0, failed: 0 };
  if (values.seed !== undefined) await tellSeed(from);
  const isAll = values.seed === undefined && values.from === undefined && values.seeds === undefined;
  const shares: readonly Share[] = isAll ? ALL_SHARES : [{ from, seeds: count }];
  const totals = noTotals();
  for (const share of shares) {
    const range = { from: share.from, to: share.from + 1, step: 1, maxFailures: 1, twiceEvery };
    addTotals(totals, share.seeds === 1 ? await runHere(range) : await shareSeeds({ ...share, jobs, maxFailures, twiceEvery }));
  }
  if (values.seed === undefined) for (const failure of totals.failures.slice(0, maxFailures)) await tellFailure(failure);

  const marks = marksOf(shares);
  const unmet = totals.failures.length > 0 ? [] : neverMet(totals, marks);
  if (unmet.length > 0) print(`never met: ${unmet.join(', ')}`);
  if (marks.length > 0)
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
