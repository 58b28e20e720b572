import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['@batchrock/source'];
const root = fileURLToPath(new URL('../../', import.meta.url));

// The scenarios on the AWS on loopback. They need Python, and some minutes for the first run on a machine.
export default defineConfig({
  root,
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/testkit/src/{account,conformance}/**/*.account.ts'],
    globalSetup: [fileURLToPath(new URL('./src/account/set-up.ts', import.meta.url))],
    pool: 'forks',
    execArgv: ['--conditions=@batchrock/source'],
    // a process a worker and not a file: loading the CDK and its validation of templates takes longer than most files
    isolate: false,
    // of the wall, for machines that do other things too: what the tests themselves wait for is the account's clock
    testTimeout: 900_000,
    hookTimeout: 900_000,
    maxWorkers: 2,
  },
});
