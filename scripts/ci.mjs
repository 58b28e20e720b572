// Runs every suite, one after another, and prints the sum of their counts as the last line.
// A suite that counts nothing (a type check, a linter) counts as one test.
import { spawn } from 'node:child_process';

const suites = [
  ['npm', ['run', 'typecheck']],
  ['npm', ['run', 'lint']],
  ['npm', ['run', 'rooms']],
  ['npm', ['run', 'unused']],
  ['npm', ['run', 'packages']],
  ['npm', ['test']],
  ['npm', ['run', 'sim']],
  // the rare ones take minutes: `npm run sim:mutants` runs them too
  ['npm', ['run', 'sim:mutants', '--', '--easy']],
  ['npm', ['run', 'quickstart']],
  ['npm', ['run', 'test:clients']],
  // its set-up installs moto and bundles the handlers
  ['npm', ['run', 'test:account']],
  ['npm', ['run', 'test:languages']],
];

/** Colours, which some runners print even into a pipe. */
const ANSI = /\u001b\[[0-9;]*m/g;

/** Passed and failed tests, read from what a runner prints last; undefined where it counts nothing. */
function countsOf(output) {
  const text = output.replace(ANSI, '');
  const vitest = text.match(/^\s*Tests\s+(?:(\d+) failed \| )?(?:(\d+) passed)?.*\(\d+\)\s*$/m);
  if (vitest) return { passed: Number(vitest[2] ?? 0), failed: Number(vitest[1] ?? 0) };
  const plain = [...text.matchAll(/^(\d+) passed, (\d+) failed\b/gm)].at(-1);
  if (plain) return { passed: Number(plain[1]), failed: Number(plain[2]) };
  return undefined;
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (stream) => (bytes) => {
      stream.write(bytes);
      output = (output + bytes).slice(-200_000);
    };
    child.stdout.on('data', keep(process.stdout));
    child.stderr.on('data', keep(process.stderr));
    child.on('error', (error) => resolve({ ok: false, output: String(error) }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

let passed = 0;
let failed = 0;
const lines = [];
for (const [command, args] of suites) {
  const name = [command, ...args].join(' ');
  console.log(`\n=== ${name}`);
  const started = Date.now();
  const { ok, output } = await run(command, args);
  const counts = countsOf(output) ?? { passed: ok ? 1 : 0, failed: 0 };
  // A suite that fails without saying which test failed has failed all the same.
  if (!ok && counts.failed === 0) counts.failed = 1;
  passed += counts.passed;
  failed += counts.failed;
  lines.push(
    `${ok ? 'ok  ' : 'FAIL'} ${name}: ${counts.passed} passed, ${counts.failed} failed, ${Math.round((Date.now() - started) / 1000)} s`,
  );
}
console.log(`\n${lines.join('\n')}\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
