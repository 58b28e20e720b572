import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from './scripts/compile-cache.mjs';

// Tests run from source: the private export condition leads every package to its src/index.ts, so nothing needs a build.
const conditions = ['@batchrock/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/**/*.test.ts', 'scripts/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--conditions=@batchrock/source'],
    env: COMPILE_CACHE,
    // ends what hangs; a busy machine must never fail a test
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
