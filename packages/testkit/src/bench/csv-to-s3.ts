import { type ChildProcess, spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { createS3ObjectStore } from '@batchrock/aws';
import { InvariantError, prepareRun } from '@batchrock/core';
import { openCsv } from '@batchrock/formats';
import { openSqliteLedger } from '@batchrock/sqlite';
import { openFileSource } from 'batchrock/node';
import type { Bench } from './bench.ts';
import { benchDocument, benchPorts } from './csv-to-jobs.ts';
import { exitCode, servedUrl, startProgram } from './program.ts';

const BUCKET = 'bench';

/**
 * `csv-to-jobs` with its objects uploaded to the local Bedrock, which is a process of its own, on the second processor where
 * there is one. Rows are kept as they came, as they are for every local Bedrock. Memory is that of this process.
 */
export const csvToS3: Bench = {
  name: 'csv-to-s3',
  rows: 1_000_000,
  async run({ rows, dir, dataset }) {
    const server = startServer(join(dir, 'local'));
    try {
      const endpoint = await servedUrl(server);
      const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
      const objects = createS3ObjectStore({ endpoint, bucket: BUCKET, region: 'us-east-1', credentials });
      const ledger = openSqliteLedger(join(dir, 'ledger.db'));
      const document = await benchDocument({ rows, dir, dataset });
      const started = performance.now();
      const prepared = await prepareRun(
        { ...benchPorts(dir, ledger), objects },
        {
          document: { ...document, job: { ...document.job, storeUri: objects.uri } },
          openRows: async (from) => {
            const { dialect } = document.source;
            const options = from && dialect.format === 'csv' ? { from, dialect } : {};
            return openCsv(await openFileSource(dataset, from?.byte ?? 0), { name: 'reviews.csv', ...options });
          },
        },
      );
      const seconds = (performance.now() - started) / 1000;
      ledger.close();
      objects.destroy();
      if (prepared.rows !== rows || prepared.rejected !== 0) {
        throw new InvariantError(`${prepared.rows} rows and ${prepared.rejected} rejected instead of ${rows} and 0`);
      }
      return { seconds };
    } finally {
      server.kill('SIGTERM');
      await exitCode(server);
    }
  },
};

/** On the second processor: this process is pinned to the first. */
function startServer(folder: string): ChildProcess {
  const canPin = Math.max(cpus().length, availableParallelism()) > 1 && spawnSync('taskset', ['-c', '1', 'true']).status === 0;
  return startProgram(['local', '--dir', folder, '--bucket', BUCKET], {}, canPin ? ['taskset', '-c', '1'] : []);
}
