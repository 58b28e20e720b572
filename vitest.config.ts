import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from './scripts/compile-cache.mjs';

// Tests run from source: the private export condition leads every package to its src/index.ts, so nothing needs a build.
const conditions = ['@batchrock/source'];

const CDK = ['packages/{cdk,deploy}/src/**/*.test.ts'];
// not core: its tests of the kernel take all of the memory that a process has for it
const PLAIN = ['packages/{aws,batchrock,formats,lambda,local,sqlite}/src/**/*.test.ts'];
/** What replaces a module, a clock or a method, or measures the memory of its process. */
const ALONE = [
  'packages/aws/src/tell-waiting.test.ts',
  'packages/formats/src/compression/decompress.test.ts',
  'packages/formats/src/csv/csv-open.test.ts',
  'packages/formats/src/parquet/{bad-parquet,page-compressor,parquet-fuzz}.test.ts',
  'packages/formats/src/reading/bad-input.test.ts',
  'packages/formats/src/writing/two-copies.test.ts',
  'packages/local/src/clock/service-clock.test.ts',
  'packages/local/src/jobs/{full-disk,memory}.test.ts',
];
/** Ends what the tests of the command line began. */
const SET_UP = ['packages/batchrock/test/set-up.ts'];

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
      { extends: true, test: { name: 'alone', include: ALONE } },
      // loading the CDK takes eight seconds, most of what a file of these takes: once a worker, and not once a file
      { extends: true, test: { name: 'cdk', include: CDK, isolate: false } },
      // nor do these change anything that is another's (a global, the environment, a module); what they load is a third of what they take
      { extends: true, test: { name: 'plain', include: PLAIN, exclude: ALONE, setupFiles: SET_UP, isolate: false } },
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
