import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from '../../scripts/compile-cache.mjs';

const conditions = ['@batchrock/source'];

// What takes too long for every change: a million rows, thousands of parts, jobs as large as the service takes, hundreds of killed
// processes. One file after the other.
export default defineConfig({
  root: fileURLToPath(new URL('../../', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/testkit/src/{account/soak,processes}/**/*.soak.ts'],
    globalSetup: [fileURLToPath(new URL('./src/account/set-up.ts', import.meta.url))],
    pool: 'forks',
    // the account answers hundreds of thousands of calls: with little room for what is new, a sixth of its time would go into collecting it
    execArgv: ['--conditions=@batchrock/source', '--max-old-space-size=8192', '--max-semi-space-size=64'],
    env: COMPILE_CACHE,
    testTimeout: 6 * 3_600_000,
    hookTimeout: 3_600_000,
    maxConcurrency: 3,
    maxWorkers: 1,
  },
});
