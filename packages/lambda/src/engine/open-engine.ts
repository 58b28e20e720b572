import { tmpdir } from 'node:os';
import { createBedrockBatchService, createS3ObjectStore } from '@batchrock/aws';
import { createDynamoLedger } from '@batchrock/aws/dynamodb';
import { ajvSchemas, createScratch, loadDigest, nodeClock, nodeRandom, zstdCompression } from 'batchrock/node';
import { stackFamilies } from '../families/index.ts';
import { createLog, writeLine } from '../log/index.ts';
import { optionalSetting } from '../settings/index.ts';
import type { Engine } from './engine.ts';
import { readSettings } from './settings.ts';

/** Composes the engine of a function, once a sandbox: everything is where the environment says. Throws `BR-E0120`. */
export async function openEngine(): Promise<Engine> {
  const settings = readSettings();
  const { region, bucket, table } = settings;
  return {
    settings,
    log: createLog(optionalSetting('LOG_LEVEL'), writeLine, Date.now),
    ports: {
      clock: nodeClock,
      random: nodeRandom,
      digest: await loadDigest(),
      ledger: createDynamoLedger({ region, table, clock: nodeClock, random: nodeRandom }),
      objects: createS3ObjectStore({ region, bucket, ...s3Endpoint() }),
      service: createBedrockBatchService({ region }),
      compression: zstdCompression(),
      scratch: createScratch(tmpdir()),
      schemas: ajvSchemas,
      families: stackFamilies(settings.families),
    },
  };
}

/** A server in the place of S3, by the variables that every SDK reads: buckets are no part of its host name. */
export function s3Endpoint(): { readonly endpoint?: string } {
  const endpoint = optionalSetting('AWS_ENDPOINT_URL_S3') ?? optionalSetting('AWS_ENDPOINT_URL');
  return endpoint === undefined ? {} : { endpoint };
}
