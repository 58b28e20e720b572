import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvariantError, prepareRun, type ReadPosition } from '@batchrock/core';
import { openParquet } from '@batchrock/formats';
import { openSqliteLedger } from '@batchrock/sqlite';
import { openFileAccess } from 'batchrock/node';
import type { Bench } from './bench.ts';
import { benchDocument, benchPorts } from './csv-to-jobs.ts';
import { benchParquetDataset } from './dataset.ts';

/** A Parquet file of one large row group with pages of 1 MB through `prepareRun`: what `csv-to-jobs` does, from the same rows. */
export const parquetToJobs: Bench = {
  name: 'parquet-to-jobs',
  rows: 1_000_000,
  async run({ rows, dir, dataset }) {
    const path = await benchParquetDataset(rows);
    const { size } = await stat(path);
    const openRows = async (from?: ReadPosition) => {
      const access = await openFileAccess(path, 'reviews.parquet', size);
      return openParquet(access, { name: 'reviews.parquet', ...(from && { from }) });
    };
    const ledger = openSqliteLedger(join(dir, 'ledger.db'));
    const ports = benchPorts(dir, ledger);
    const document = await benchDocument({ rows, dir, dataset });
    const reader = await openRows();
    await reader.close();
    const source = { ...document.source, name: 'reviews.parquet', bytes: size, dialect: reader.dialect };
    const started = performance.now();
    const prepared = await prepareRun(ports, { document: { ...document, source }, openRows });
    const seconds = (performance.now() - started) / 1000;
    ledger.close();
    if (prepared.rows !== rows || prepared.rejected !== 0) {
      throw new InvariantError(`${prepared.rows} rows and ${prepared.rejected} rejected instead of ${rows} and 0`);
    }
    return { seconds };
  },
};
