import { parseArgs } from 'node:util';
import { MARKS, type Mark } from './marks.ts';
import { runSeed, type SeedResult } from './seed.ts';
import { setTraps } from './traps.ts';

/** Seeds that are run when none are asked for, and after which every mark must have been met. */
const ALL_SEEDS = 1000;
/** Of the seeds in hand, every so many-th is run twice to see whether the same happens. */
const TWICE_EVERY = 50;
const MAX_FAILURES = 5;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: String(ALL_SEEDS) },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    /** Machine-readable: one JSON line at the end, and an end at the first violation. */
    json: { type: 'boolean', default: false },
  },
});

interface Totals {
  seeds: number;
  failed: number;
  virtualMs: number;
  steps: number;
  jobs: number;
  readonly marks: Map<Mark, number>;
}

function add(totals: Totals, result: SeedResult): void {
  totals.seeds++;
  totals.virtualMs += result.virtualMs;
  totals.steps += result.steps;
  totals.jobs += result.jobs;
  for (const [mark, count] of result.marks) totals.marks.set(mark, (totals.marks.get(mark) ?? 0) + count);
  if (result.violation !== undefined) totals.failed++;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs a seed again, with stacks this time, and tells how it failed. */
async function tell(seed: number): Promise<void> {
  Error.stackTraceLimit = 12;
  const { violation } = await runSeed(seed);
  Error.stackTraceLimit = 0;
  print(`\nseed ${seed} at ${violation?.at ?? '?'}: ${violation?.message ?? 'went well when it was run again'}`);
  for (const line of violation?.story.slice(-12) ?? []) print(`  ${line}`);
  print(`  the whole story: npm run sim -- --seed ${seed} --trace`);
}

async function one(seed: number, totals: Totals): Promise<void> {
  if (values.trace) Error.stackTraceLimit = 12;
  const result = await runSeed(seed, { wholeStory: values.trace });
  add(totals, result);
  if (values.trace) print(result.story.join('\n'));
  else if (result.violation !== undefined && !values.json) await tell(seed);
  if (values.json && result.violation !== undefined) {
    const { invariant, at, message } = result.violation;
    print(JSON.stringify({ seed, invariant, at, message }));
  }
  if (seed % TWICE_EVERY !== 0 || result.violation !== undefined) return;
  const again = await runSeed(seed);
  if (again.hash === result.hash) return;
  totals.failed++;
  print(`seed ${seed} went differently the second time: ${result.hash}, ${again.hash}`);
}

/** What a full set of seeds should have met and has not. */
function neverMet(totals: Totals): readonly Mark[] {
  return totals.seeds < ALL_SEEDS ? [] : MARKS.filter((mark) => !totals.marks.has(mark));
}

async function main(): Promise<void> {
  const first = Number(values.seed ?? values.from);
  const count = values.seed === undefined ? Number(values.seeds) : 1;
  if (!Number.isInteger(first) || !Number.isInteger(count) || count < 1) {
    print('usage: npm run sim -- [--seeds N] [--from N] [--seed N [--trace]]');
    process.exitCode = 2;
    return;
  }
  const totals: Totals = { seeds: 0, failed: 0, virtualMs: 0, steps: 0, jobs: 0, marks: new Map() };
  const started = performance.now();
  const release = setTraps();
  Error.stackTraceLimit = 0;
  const most = values.json ? 1 : MAX_FAILURES;
  for (let seed = first; seed < first + count && totals.failed < most; seed++) await one(seed, totals);
  release();
  if (values.json) return;

  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage();
  const unmet = neverMet(totals);
  if (unmet.length > 0) print(`never met: ${unmet.join(', ')}`);
  if (count >= ALL_SEEDS) print([...totals.marks].map(([mark, times]) => `${mark} ${times}`).join(', '));
  print(
    `${totals.seeds} seeds, ${totals.jobs} jobs, ${Math.round(totals.virtualMs / 3_600_000)} virtual hours, ${totals.steps} steps in ` +
      `${seconds.toFixed(1)} s (${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of CPU), ${(totals.seeds / seconds).toFixed(1)} seeds/s`,
  );
  const failed = totals.failed + (unmet.length > 0 ? 1 : 0);
  print(`${totals.seeds - totals.failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await main();
