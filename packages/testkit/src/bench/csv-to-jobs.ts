import { join } from 'node:path';
import {
  type BatchService,
  builtInFamilies,
  DEFAULT_LIMITS,
  InvariantError,
  type Ledger,
  partRecordsFor,
  prepareRun,
  type RunDocument,
  type RunPorts,
} from '@batchrock/core';
import { openCsv } from '@batchrock/formats';
import { openSqliteLedger } from '@batchrock/sqlite';
import {
  ajvSchemas,
  createFileObjectStore,
  createScratch,
  nodeClock,
  nodeRandom,
  openFileSource,
  plainCompression,
} from 'batchrock/node';
import { nodeDigest, plainDocument } from '../memory/index.ts';
import type { Bench, BenchContext } from './bench.ts';

/**
 * A CSV file through `prepareRun`, as the command line does it for the local Bedrock: rows read, checked, hashed and kept,
 * records encoded with their ids, all files and the ledger on disk.
 */
export const csvToJobs: Bench = {
  name: 'csv-to-jobs',
  rows: 1_000_000,
  async run({ rows, dir, dataset }) {
    const ledger = openSqliteLedger(join(dir, 'ledger.db'));
    const ports = benchPorts(dir, ledger);
    const document = await benchDocument({ rows, dir, dataset });
    const started = performance.now();
    const prepared = await prepareRun(ports, {
      document,
      openRows: async (from) => {
        const source = await openFileSource(dataset, from?.byte ?? 0);
        const { dialect } = document.source;
        return openCsv(source, { name: 'reviews.csv', ...(from && dialect.format === 'csv' ? { from, dialect } : {}) });
      },
    });
    const seconds = (performance.now() - started) / 1000;
    ledger.close();
    if (prepared.rows !== rows || prepared.rejected !== 0) {
      throw new InvariantError(`${prepared.rows} rows and ${prepared.rejected} rejected instead of ${rows} and 0`);
    }
    return { seconds };
  },
};

/** Ports over files in a folder. */
export function benchPorts(dir: string, ledger: Ledger): RunPorts {
  return {
    clock: nodeClock,
    random: nodeRandom,
    digest: nodeDigest,
    ledger,
    objects: createFileObjectStore(join(dir, 'store')),
    service: noService(),
    compression: plainCompression,
    scratch: createScratch(dir),
    schemas: ajvSchemas,
    families: builtInFamilies,
  };
}

/** A run of the usual dataset, as the command line would freeze it. */
export async function benchDocument({ rows, dir, dataset }: BenchContext): Promise<RunDocument> {
  const reader = await openCsv(await openFileSource(dataset));
  await reader.close();
  const plain = plainDocument();
  return {
    ...plain,
    run: 'r-benchbench',
    source: { name: 'reviews.csv', bytes: 0, files: [], dialect: reader.dialect },
    model: { ...plain.model, limits: DEFAULT_LIMITS },
    request: { prompt: 'Classify the sentiment of this {topic} review: {text}', params: { max_tokens: 300 } },
    job: { ...plain.job, storeUri: `file://${dir}` },
    partRecords: partRecordsFor({ estimatedRows: rows, limits: DEFAULT_LIMITS, slots: 20 }),
  };
}

/** Nothing is sent here. */
function noService(): BatchService {
  const refuse = (): never => {
    throw new InvariantError('this bench sends nothing');
  };
  const facts = { tokenTrustMs: 60_000, signatureMs: 300_000, listSettleMs: 120_000, outputSettleMs: 0 };
  return { facts, create: refuse, get: refuse, list: refuse, stop: refuse };
}
