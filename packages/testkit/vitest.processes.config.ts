import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from '../../scripts/compile-cache.mjs';

const conditions = ['@batchrock/source'];
const root = fileURLToPath(new URL('../../', import.meta.url));

// Real processes that are killed, frozen and starved. Most of their time they start; several worlds at once fill the waiting.
export default defineConfig({
  root,
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/testkit/src/processes/**/*.process.ts'],
    pool: 'forks',
    // loading the program's packages takes longer than the shortest file
    isolate: false,
    execArgv: ['--conditions=@batchrock/source'],
    env: COMPILE_CACHE,
    // ends what hangs; a busy machine must never fail a test
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // the line that CI shows of a failure says why: the code and stderr of a command
    chaiConfig: { truncateThreshold: 2_000 },
    maxConcurrency: 3,
    maxWorkers: 1,
  },
});
