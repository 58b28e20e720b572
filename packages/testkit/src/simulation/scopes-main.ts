import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runChild } from './child.ts';
import { isAroundCreate, isWrite, SCOPES, type ScopeReport, searchScope } from './scopes.ts';
import { setTraps } from './traps.ts';

const { values } = parseArgs({
  options: {
    /** Faults at once. */
    depth: { type: 'string', default: '1' },
    /** Only calls that write: Create and commits. */
    writes: { type: 'boolean', default: false },
    /** Only calls around a Create. */
    create: { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(availableParallelism()) },
    scope: { type: 'string' },
    /** One process's share, told as JSON. */
    share: { type: 'string' },
  },
});

const jobs = Number(values.jobs);
const where = values.create ? { at: isAroundCreate } : values.writes ? { at: isWrite } : {};
const scopes = SCOPES.filter(({ name }) => values.scope === undefined || name === values.scope);

async function search(from: number): Promise<ScopeReport> {
  const total: ScopeReport = { runs: 0, failures: [] };
  const release = setTraps();
  Error.stackTraceLimit = 0;
  for (const scope of scopes) {
    const depth = Number(values.depth);
    const report = await searchScope(scope, { depth, from, step: jobs, ...where });
    total.runs += report.runs;
    total.failures.push(...report.failures);
  }
  release();
  return total;
}

async function searchAll(): Promise<void> {
  const started = performance.now();
  const total: ScopeReport = { runs: 0, failures: [] };
  const given = [
    '--depth',
    values.depth,
    '--jobs',
    values.jobs,
    ...(values.writes ? ['--writes'] : []),
    ...(values.create ? ['--create'] : []),
  ];
  const named = values.scope === undefined ? [] : ['--scope', values.scope];
  await Promise.all(
    Array.from({ length: jobs }, async (_, i) => {
      const said = await runChild(fileURLToPath(import.meta.url), [...given, ...named, '--share', String(i)]);
      const report = JSON.parse(said) as ScopeReport;
      total.runs += report.runs;
      total.failures.push(...report.failures);
    }),
  );
  for (const { scope, faults, message } of total.failures.slice(0, 10)) {
    process.stdout.write(`${scope}: ${message}\n${faults.map((fault) => `    ${fault}\n`).join('')}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const what = `faults at once: ${values.depth}${values.create ? ', around each Create' : values.writes ? ', at Create and commits' : ''}`;
  process.stdout.write(`${scopes.length} scopes, ${what}, ${seconds} s\n`);
  process.stdout.write(`${total.runs - total.failures.length} passed, ${total.failures.length} failed\n`);
  process.exitCode = total.failures.length > 0 ? 1 : 0;
}

if (values.share === undefined) await searchAll();
else process.stdout.write(JSON.stringify(await search(Number(values.share))));
