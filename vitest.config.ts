import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from './scripts/compile-cache.mjs';

// Tests run from source: the private export condition leads every package to its src/index.ts, so nothing needs a build.
const conditions = ['@batchrock/source'];

const CDK = ['packages/{cdk,deploy}/src/**/*.test.ts'];
// not core: its tests of the kernel take all of the memory that a process has for it
const PLAIN = ['packages/lambda/src/**/*.test.ts'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'rest',
          include: ['packages/*/src/**/*.test.ts', 'examples/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: [...CDK, ...PLAIN],
        },
      },
      // loading the CDK takes eight seconds, most of what a file of these takes: once a worker, and not once a file
      { extends: true, test: { name: 'cdk', include: CDK, isolate: false } },
      // nor do these change anything that is another's (a global, the environment, a module); what they load is a third of what they take
      { extends: true, test: { name: 'plain', include: PLAIN, isolate: false } },
    ],
    pool: 'forks',
    execArgv: ['--conditions=@batchrock/source'],
    env: COMPILE_CACHE,
    // ends what hangs; a busy machine must never fail a test
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 300_000 } },
    // the line that CI shows of a failure says why: the code and stderr of a command
    chaiConfig: { truncateThreshold: 2_000 },
    maxWorkers: 2,
  },
});
