/**
 * npm run bench -- [--json] [--only NAME,NAME] [--rows N | --large] [--runs N] [--ours] [--clean]
 *
 * Each run of a bench is a process of its own on one processor, where `taskset` is there to pin it. Prints medians. `--large`:
 * ten times the rows. `--ours`: without the programs of others that stand beside them for scale.
 */
import { spawn, spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Bench, BenchFigures } from './bench.ts';
import { BENCH_NAMES, loadBench } from './benches.ts';
import { programBeside } from './beside.ts';
import { benchDataset, cleanBenches } from './dataset.ts';
import { median, peakRssMB } from './figures.ts';
import { openRunFolder, removeDeadRuns, removeRunFolder } from './memory-folder.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    rows: { type: 'string' },
    large: { type: 'boolean', default: false },
    runs: { type: 'string', default: '5' },
    ours: { type: 'boolean', default: false },
    clean: { type: 'boolean', default: false },
    /** Internal: run this bench here, once. */
    child: { type: 'string' },
  },
});

/** What a child prints; no number becomes `null` on the way. */
interface Measured {
  readonly seconds: number;
  readonly peakRssMB: number | null;
}

if (values.clean) await cleanBenches();
else if (values.child !== undefined) await runHere(await benchNamed(values.child));
else await runAll();

async function benchNamed(name: string): Promise<Bench> {
  const bench = await loadBench(name);
  if (bench) return bench;
  console.error(`no bench ${name}; there are ${BENCH_NAMES.join(', ')}`);
  process.exit(2);
}

function count(value: string | undefined, otherwise: number): number {
  const number = value === undefined ? otherwise : Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  console.error(`not a number of rows or runs: ${value}`);
  process.exit(2);
}

async function runAll(): Promise<void> {
  const chosen = await Promise.all((values.only?.split(',') ?? BENCH_NAMES).map(benchNamed));
  removeDeadRuns();
  const pin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  if (!pin) console.error('taskset is not there: benches may use every processor');
  for (const bench of chosen) {
    if (bench.forScale && values.ours) continue;
    const rows = count(values.rows, values.large && bench.each === undefined ? (bench.largeRows ?? 10 * bench.rows) : bench.rows);
    await benchDataset(rows);
    const cores = pin ? Array.from({ length: bench.cores ?? 1 }, (_, core) => core).join(',') : undefined;
    const runs: Measured[] = [];
    for (let run = count(values.runs, 5); run > 0; run--) {
      // what was made for it, and what the one before has written, is not to be in its way to the disk
      spawnSync('sync');
      runs.push(await runChild(bench, rows, cores));
    }
    const peaks = runs.flatMap((run) => run.peakRssMB ?? []);
    const seconds = median(runs.map((run) => run.seconds));
    show({
      bench: bench.name,
      rows,
      rowsPerSecond: Math.round(rows / seconds),
      ...(bench.each !== undefined && { each: bench.each, msEach: Math.round((10_000 * seconds) / rows) / 10 }),
      peakRssMB: peaks.length > 0 ? median(peaks) : undefined,
    });
  }
}

function show(figures: BenchFigures): void {
  const { bench, rows, rowsPerSecond, each, msEach, peakRssMB: peak } = figures;
  if (values.json) console.log(JSON.stringify(figures));
  else if (each !== undefined) console.log(`${bench}: ${msEach} ms, the median of ${rows} times one ${each}`);
  else {
    const memory = peak === undefined ? '' : `, ${peak} MB`;
    console.log(`${bench}: ${rowsPerSecond.toLocaleString('en')} rows/s${memory}, ${rows.toLocaleString('en')} rows`);
  }
}

/** Runs a bench once in another process and reads the line that it prints. */
function runChild(bench: Bench, rows: number, cores: string | undefined): Promise<Measured> {
  const node = [
    process.execPath,
    ...process.execArgv,
    programBeside('main', import.meta.url),
    '--child',
    bench.name,
    '--rows',
    `${rows}`,
  ];
  const [command, ...args] = cores === undefined ? node : ['taskset', '-c', cores, ...node];
  return new Promise((resolve, reject) => {
    const child = spawn(command as string, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output.trimEnd().split('\n').at(-1) as string));
      else reject(new Error(`bench ${bench.name} failed with exit code ${code}`));
    });
  });
}

async function runHere(bench: Bench): Promise<void> {
  const rows = count(values.rows, bench.rows);
  const dataset = await benchDataset(rows);
  const dir = await openRunFolder();
  try {
    const { seconds, peakRssMB: peak = peakRssMB() } = await bench.run({ rows, dir, dataset });
    console.log(JSON.stringify({ seconds, peakRssMB: peak }));
  } finally {
    removeRunFolder(dir);
  }
}
