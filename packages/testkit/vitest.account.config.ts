import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSequencer, type TestSpecification, type Vitest } from 'vitest/node';

const conditions = ['@batchrock/source'];
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Those that take a minute or more, the longest first. */
const LONG = [
  'many-manifests',
  'one-ledger',
  'permissions',
  'stack-commands',
  'orchestrated-crashes',
  'queue-tasks',
  'orchestrated',
  'deploy',
  'throttled',
  'on-moto',
  'statuses',
  'queue-control',
  'queue-files',
  'chained',
  'queue-commands',
  'orchestration-bill',
];

/** Begins with the longest files, which nothing tells on a fresh clone: begun last, one of them would run alone at the end. */
class LongestFirst implements TestSequencer {
  private readonly usual: BaseSequencer;

  constructor(vitest: Vitest) {
    this.usual = new BaseSequencer(vitest);
  }

  shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    return this.usual.shard(files);
  }

  async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((name) => moduleId.endsWith(`/${name}.account.ts`));
      return place === -1 ? LONG.length : place;
    };
    return (await this.usual.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

// The scenarios on the AWS on loopback. They need Python, and some minutes for the first run on a machine.
export default defineConfig({
  root,
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/testkit/src/{account,conformance,deploy,setup}/**/*.account.ts'],
    globalSetup: [fileURLToPath(new URL('./src/account/set-up.ts', import.meta.url))],
    pool: 'forks',
    execArgv: ['--conditions=@batchrock/source'],
    // a process a worker and not a file: loading the CDK and its validation of templates takes longer than most files
    isolate: false,
    // of the wall, for machines that do other things too: what the tests themselves wait for is the account's clock
    testTimeout: 900_000,
    hookTimeout: 900_000,
    expect: { poll: { timeout: 900_000 } },
    // the line that CI shows of a failure says why: the error and the cause of an execution, the code and stderr of a command
    chaiConfig: { truncateThreshold: 2_000 },
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
