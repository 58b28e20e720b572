// Runs every suite and prints, last, which tests failed and why, a line for each suite, and the sum of their counts.
// A suite that counts nothing (a type check, a linter) counts as one test.
import { spawn } from 'node:child_process';
import { COMPILE_CACHE } from './compile-cache.mjs';
import { countsOf, failedFiles, failuresOf } from './failures.mjs';

/**
 * Before all else, two at a time, since each is busy with one core: they write what the others read (`dist`, `lib`, `handlers`),
 * or read all that is there. The last writes most (`lib`, `handlers`, `docs/api`), and what is under way then reads none of it.
 */
const FIRST = ['run typecheck', 'run lint', 'run rooms', 'run unused', 'run packages'];

/** Keeps every core busy by itself, and has three minutes for its seeds. */
const BY_ITSELF = 'run sim';

/**
 * Two at a time, in this order; whoever ends takes the next. What waits most (servers, downloads, other compilers) runs beside
 * what computes most. Side by side they are sound: each has ports and folders of its own, they run from source, and what the
 * last two write again (`handlers`, `lib`) comes out the same, is replaced whole, and is read by nobody else of them.
 */
const SIDE_BY_SIDE = [
  'test',
  'run test:languages',
  'run test:clients',
  // its set-up installs moto
  'run test:account',
  // waits for processes that start, freeze and wait for one another
  'run test:processes',
  'run sim:scopes',
  'run sim:mutants',
  'run quickstart',
];
const LANES = 2;

/**
 * Whose failed files run once more when all else has ended, with the machine to themselves. What fails again has failed; what
 * passes then is said for what it is, a test that does not bear a busy machine, and is to be mended.
 */
const AGAIN = ['test', 'run test:account', 'run test:processes'];
/** More than so many are no accident. */
const MOST_AGAIN = 4;

/** A suite that has not ended after this is ended, and has failed. */
const MOST_MINUTES = 45;
/** Characters of a suite's output that are kept: all, but for what runs away. */
const MOST_OUTPUT = 20_000_000;

const results = [];
const unsteady = [];

/** Runs a suite to its end. Its output is printed whole when it has ended, so that no two are mixed. */
async function runSuite(suite) {
  const name = `npm ${suite}`;
  console.log(`--- ${name} begins`);
  const started = Date.now();
  const { ok, output } = await run('npm', suite.split(' '));
  const counts = countsOf(output) ?? { passed: ok ? 1 : 0, failed: 0 };
  // A suite that fails without saying which test failed has failed all the same.
  if (!ok && counts.failed === 0) counts.failed = 1;
  const result = { suite, name, ok, output, ...counts, seconds: Math.round((Date.now() - started) / 1000) };
  results.push(result);
  console.log(`\n=== ${name}\n${output}\n=== ${lineOf(result)}\n`);
}

/** Runs the failed files of a suite alone. Those that pass count as passed. */
async function runAgain(result) {
  const files = failedFiles(result.output);
  if (files.length === 0 || files.length > MOST_AGAIN) return;
  console.log(`--- npm ${result.suite} again, for ${files.join(', ')}`);
  const { ok, output } = await run('npm', [...result.suite.split(' '), '--', ...files]);
  console.log(`\n=== again: ${result.name}\n${output}\n`);
  if (!ok || countsOf(output)?.failed !== 0) return;
  unsteady.push(...files);
  result.passed += result.failed;
  result.failed = 0;
  result.ok = true;
}

function run(command, args) {
  return new Promise((resolve) => {
    // a group of its own, so that it can be ended with all that it has started
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, ...COMPILE_CACHE },
    });
    running.add(child);
    let output = '';
    let late = '';
    const timer = setTimeout(() => {
      late = `\nended after ${MOST_MINUTES} minutes: it had not ended by itself\n`;
      end(child);
    }, MOST_MINUTES * 60_000);
    const finish = (ok) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ ok: ok && late === '', output: output + late });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-MOST_OUTPUT);
      });
    }
    child.once('error', (error) => {
      output += String(error);
      finish(false);
    });
    child.once('close', (code) => finish(code === 0));
  });
}

const running = new Set();

function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it has ended in the meantime
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const child of running) end(child);
    process.exit(1);
  });
}

function lineOf({ name, ok, passed, failed, seconds }) {
  return `${ok ? 'ok  ' : 'FAIL'} ${name}: ${passed} passed, ${failed} failed, ${seconds} s`;
}

/** Runs suites in this order, two at a time. */
async function runAll(suites) {
  const waiting = [...suites];
  const lane = async () => {
    for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) await runSuite(suite);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

await runAll(FIRST);
await runSuite(BY_ITSELF);
await runAll(SIDE_BY_SIDE);

for (const result of results.filter(({ suite, ok }) => !ok && AGAIN.includes(suite))) await runAgain(result);
for (const file of unsteady) console.log(`UNSTEADY, passed alone: ${file}`);
for (const { name, output } of results.filter(({ ok }) => !ok)) {
  console.log(`\nFAILED in ${name}:\n${failuresOf(output).join('\n')}`);
}
const sum = (of) => results.reduce((all, result) => all + result[of], 0);
console.log(`\n${results.map(lineOf).join('\n')}\n`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
