import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');

/** The modules that a command line loads, by their URLs. */
function modulesOf(argv: readonly string[]): readonly string[] {
  const hooks = `import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
    process.on('exit', () => process.stderr.write('\\nMODULES ' + JSON.stringify(urls)));`;
  const loaded = spawnSync(
    process.execPath,
    ['--conditions=@batchrock/source', `--import=data:text/javascript,${encodeURIComponent(hooks)}`, MAIN, ...argv],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', BATCHROCK_STATE_DIR: '/nonexistent/state' } },
  );
  return JSON.parse(loaded.stderr.split('MODULES ').at(-1) as string);
}

test.each([[['--help']], [['run', '--help']], [['help', 'exit-codes']], [['--version']]])(
  '%j loads no SDK, no database, no server and no core',
  (argv) => {
    const modules = modulesOf(argv);
    const heavy = modules.filter((url) =>
      /@aws-sdk|@smithy|node:sqlite|node:http|packages\/(core|aws|sqlite|formats|local)\//.test(url),
    );
    expect(heavy).toEqual([]);
    // today 59: the commands, the options, commander and picocolors
    expect(modules.length).toBeLessThanOrEqual(62);
  },
);

test('status reads the ledger and loads no SDK and no server', () => {
  const modules = modulesOf(['status']);
  expect(modules.filter((url) => /packages\/sqlite\//.test(url)).length).toBeGreaterThan(0);
  expect(modules.filter((url) => /@aws-sdk|packages\/(aws|local)\//.test(url))).toEqual([]);
  // no telemetry and no look for updates: nothing that could reach a network is loaded
  expect(modules.filter((url) => /^node:(http|https|http2|net|tls|dns|dgram)/.test(url))).toEqual([]);
});
