import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createS3ObjectStore } from '@batchrock/aws';
import { InvariantError, prepareRun } from '@batchrock/core';
import { openCsv } from '@batchrock/formats';
import { openSqliteLedger } from '@batchrock/sqlite';
import { openFileSource } from 'batchrock/node';
import type { Bench } from './bench.ts';
import { benchDocument, benchPorts } from './csv-to-jobs.ts';

const BUCKET = 'bench';
/** What users run: the compiled program. `npm run bench` builds it first. */
const PROGRAM = fileURLToPath(new URL('../../../batchrock/bin/batchrock.js', import.meta.url));

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
      const endpoint = await firstLine(server);
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
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    }
  },
};

/** On the second processor: this process is pinned to the first. */
function startServer(folder: string): ChildProcess {
  const node = [process.execPath, PROGRAM, 'local', '--dir', folder, '--bucket', BUCKET];
  const canPin = Math.max(cpus().length, availableParallelism()) > 1 && spawnSync('taskset', ['-c', '1', 'true']).status === 0;
  const [command, ...args] = canPin ? ['taskset', '-c', '1', ...node] : node;
  return spawn(command as string, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, CI: '1' } });
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new InvariantError('the local Bedrock did not start');
}
