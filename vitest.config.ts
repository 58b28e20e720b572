import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Tests run from source: the private export condition leads every package to its src/index.ts, so nothing needs a build.
const conditions = ['@batchrock/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/**/*.test.ts', 'scripts/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--conditions=@batchrock/source'],
    // a command line that a test starts is read from source: what Node has made of that once serves them all
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/node-compile', import.meta.url)) },
    // ends what hangs; a busy machine must never fail a test
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
