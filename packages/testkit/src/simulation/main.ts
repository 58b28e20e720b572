import { runSeed } from './seed.ts';

const arg = (name: string): number | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : Number(process.argv[at + 1]);
};
const only = arg('seed');
const from = only ?? arg('from') ?? 1;
const seeds = only === undefined ? (arg('seeds') ?? 1000) : 1;
const trace = process.argv.includes('--trace');
let failed = 0;
let virtualMs = 0,
  steps = 0,
  jobs = 0;
const started = performance.now();
for (let seed = from; seed < from + seeds; seed++) {
  const t = performance.now();
  const result = await runSeed(seed, { wholeStory: trace });
  const ms = performance.now() - t;
  if (ms > 1000)
    console.log(`slow seed ${seed}: ${ms.toFixed(0)} ms, ${result.steps} steps, ${(result.virtualMs / 3.6e6).toFixed(1)} h`);
  virtualMs += result.virtualMs;
  steps += result.steps;
  jobs += result.jobs;
  if (trace) console.log(result.story.join('\n'));
  if (result.violation) {
    failed++;
    console.log(`seed ${seed} at ${result.violation.at}: ${result.violation.message}`);
    if (failed > 30) break;
  }
}
const s = (performance.now() - started) / 1000;
console.log(
  `${seeds} seeds, ${jobs} jobs, ${steps} steps, ${(virtualMs / 3.6e6).toFixed(0)} h, ${(seeds / s).toFixed(1)} seeds/s`,
);
console.log(`${seeds - failed} passed, ${failed} failed`);
