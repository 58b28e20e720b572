import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBedrockBatchService, createS3ObjectStore } from '@batchrock/aws';
import {
  builtInFamilies,
  type Dialect,
  driveRun,
  ensureLane,
  exportResults,
  type Ledger,
  prepareRun,
  type ReadPosition,
  type RunDocument,
  type RunPorts,
  readRun,
} from '@batchrock/core';
import { createJsonlWriter, openCsv } from '@batchrock/formats';
import { startLocalBedrock } from '@batchrock/local';
import { ajvSchemas, nodeClock, nodeRandom, plainCompression } from 'batchrock/node';
import { bytesSource, MemoryScratch, nodeDigest, plainDocument } from '../memory/index.ts';
import { openRows } from '../way-back/index.ts';
import { drain } from './object-store.ts';

const RUN = 'r-0000000007';
const BUCKET = 'whole-run';
const ROWS = 45;
const SPEED = 5_000;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const dataset = Buffer.from(`id,text\n${Array.from({ length: ROWS }, (_, i) => `${i},row number ${i}\n`).join('')}`);

/** How a run over some ledger has ended. */
export interface WholeRun {
  readonly attempts: number;
  readonly jobs: number;
  /** The exported results. */
  readonly results: string;
}

/**
 * Takes a small run from its dataset to its results, against the local Bedrock through the SDK, with records that fail and
 * are sent again. Each ledger is another process's way to the same one: the first prepares, all drive at once, the last
 * exports. Which records fail follows from the run alone, so the results are the same bytes over every ledger.
 */
export async function wholeRun(ledgers: readonly Ledger[]): Promise<WholeRun> {
  const dir = await mkdtemp(join(tmpdir(), 'batchrock-whole-run-'));
  const faults = { recordFail: 0.3, recordCodes: [503, 400] };
  const local = await startLocalBedrock({ dir, buckets: [BUCKET], speed: SPEED, minRecords: 1, faults });
  const at = { endpoint: local.url, region: 'us-east-1', credentials };
  const objects = createS3ObjectStore({ ...at, bucket: BUCKET });
  // nothing is lost here that these times are for: long ones cost nothing, short ones make a busy machine send records again
  const facts = { tokenTrustMs: 60_000, signatureMs: 60_000, listSettleMs: 1_000, outputSettleMs: 120_000 };
  const service = createBedrockBatchService({ ...at, facts });
  const [first, ...others] = ledgers.map(
    (ledger): RunPorts => ({
      ledger,
      objects,
      service,
      clock: nodeClock,
      random: nodeRandom,
      digest: nodeDigest,
      compression: plainCompression,
      scratch: new MemoryScratch(),
      schemas: ajvSchemas,
      families: builtInFamilies,
    }),
  );
  if (first === undefined) throw new Error('a run needs a ledger');
  try {
    const reader = await openCsv(bytesSource(dataset));
    const { dialect } = reader;
    await reader.close();
    const document = documentOf(dialect);
    const open = (from?: ReadPosition) =>
      openCsv(
        bytesSource(dataset.subarray(from?.byte ?? 0)),
        from === undefined ? {} : { from, ...(dialect.format === 'csv' && { dialect }) },
      );
    await prepareRun(first, { document, openRows: open });
    await ensureLane(first, document.lane, 2);
    await Promise.all([first, ...others].map((ports) => driveRun(ports, RUN, { pollMs: 100 })));
    return await endOf(others.at(-1) ?? first);
  } finally {
    objects.destroy();
    service.destroy();
    await local.close();
    await rm(dir, { recursive: true, force: true });
  }
}

async function endOf(ports: RunPorts): Promise<WholeRun> {
  const reading = await readRun(ports, RUN);
  if (reading === undefined) throw new Error('the run is not in the ledger');
  const key = 'results.jsonl';
  await exportResults(ports, {
    ...reading,
    writer: createJsonlWriter(ports.objects.create(key)),
    openRows,
  });
  const results = Buffer.from(await drain((await ports.objects.open(key))!)).toString();
  const jobs = new Set(reading.parts.flatMap(({ jobArn }) => jobArn ?? []));
  return { attempts: reading.run.attempt, jobs: jobs.size, results };
}

function documentOf(dialect: Dialect): RunDocument {
  const plain = plainDocument();
  return {
    ...plain,
    run: RUN,
    createdAt: 1_795_219_200_000,
    recordPrefix: 'w7',
    source: { ...plain.source, bytes: dataset.length, dialect },
    request: { prompt: 'Rate: {text}', params: { max_tokens: 20 } },
    job: { ...plain.job, storeUri: `s3://${BUCKET}`, roleArn: 'arn:aws:iam::000000000000:role/batchrock' },
    lane: `000000000000/us-east-1/${plain.model.modelId}`,
    partRecords: 10,
  };
}
