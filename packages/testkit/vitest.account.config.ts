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
    include: ['packages/testkit/src/account/**/*.account.ts'],
    globalSetup: [fileURLToPath(new URL('./src/account/set-up.ts', import.meta.url))],
    pool: 'forks',
    execArgv: ['--conditions=@batchrock/source'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
