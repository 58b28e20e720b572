import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunReading, readRun } from '@batchrock/core';
import { expect, test } from 'vitest';
import { folderWith, localServer, MODEL } from '../../test/cli-harness.ts';
import { createFileSink } from '../node/index.ts';
import { exportByThreads } from '../parallel/export-by-threads.ts';
import { VERSION } from '../version.ts';
import { openRun, openSession } from './session.ts';
import { startRun } from './start-run.ts';
import { writeResults } from './write-results.ts';

test('threads that share a Parquet file write the bytes of one, and one goes on when they fail', async () => {
  const server = await localServer();
  const dataset = `id,text\n${Array.from({ length: 300 }, (_, i) => `${i},row ${i}`).join('\n')}\n`;
  const cwd = folderWith({ 'in.csv': dataset });
  const session = await openSession({ stateDir: join(cwd, 'state'), cwd });
  try {
    const target = { endpointUrl: server.url };
    const { status } = await startRun(session, { dataset: 'in.csv', model: MODEL, prompt: '{text}', ...target }, { yes: true });
    const { connection } = await openRun(session, status.run);
    const write = (name: string, threads?: number, store = connection.store) =>
      writeResults(connection.ports, {
        run: status.run,
        place: { path: join(cwd, name), format: 'parquet' },
        replace: false,
        known: [],
        store,
        threads,
      });
    const alone = await write('alone.parquet');
    const reading = (await readRun(connection.ports, status.run)) as RunReading;
    const work = { ...reading, rows: 300, threads: 2, createdBy: `batchrock version ${VERSION}` };
    const counts = await exportByThreads(createFileSink(join(cwd, 'threads.parquet')), { ...work, store: connection.store });
    expect(counts).toMatchObject({ rows: 300, succeeded: 300 });
    expect(readFileSync(join(cwd, 'threads.parquet')).equals(readFileSync(join(cwd, 'alone.parquet')))).toBe(true);
    const nowhere = { ...connection.store, s3: { ...connection.store.s3, bucket: 'no-such-bucket' } };
    expect(await write('again.parquet', 2, nowhere)).toMatchObject({ rows: 300, xxh128: alone.xxh128 });
  } finally {
    await session.close();
  }
});
