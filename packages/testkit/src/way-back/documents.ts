import {
  builtInFamilies,
  DEFAULT_LIMITS,
  type Dialect,
  type PartBody,
  type RunBody,
  type RunDocument,
  type RunPorts,
} from '@batchrock/core';
import { ajvSchemas } from 'batchrock/node';
import {
  FakeClock,
  identityCompression,
  MemoryLedger,
  MemoryObjectStore,
  MemoryScratch,
  nodeDigest,
  plainDocument,
  seededRandom,
} from '../memory/index.ts';

/** When output is all there, in the tests of the way back: milliseconds after a job's end. */
export const OUTPUT_SETTLE_MS = 600_000;

/** Ports in memory for what reads and writes objects; a call to Bedrock fails the test. */
export function wayBackPorts(objects = new MemoryObjectStore()): RunPorts & {
  readonly clock: FakeClock;
  readonly objects: MemoryObjectStore;
  readonly scratch: MemoryScratch;
} {
  const noCall = () => {
    throw new Error('the way back calls no service');
  };
  return {
    clock: new FakeClock(),
    random: seededRandom(1),
    digest: nodeDigest,
    ledger: new MemoryLedger(),
    objects,
    service: {
      facts: { tokenTrustMs: 60_000, signatureMs: 300_000, listSettleMs: 120_000, outputSettleMs: OUTPUT_SETTLE_MS },
      create: noCall,
      get: noCall,
      list: noCall,
      stop: noCall,
    },
    compression: identityCompression,
    scratch: new MemoryScratch(),
    schemas: ajvSchemas,
    families: builtInFamilies,
  };
}

export interface DocumentOptions {
  readonly family?: string;
  readonly dialect?: Dialect;
  readonly partRecords?: number;
  readonly minRecords?: number;
}

/** A run's document with plain values. */
export function wayBackDocument({
  family = 'anthropic',
  dialect,
  partRecords = 1_000,
  minRecords = 1,
}: DocumentOptions = {}): RunDocument {
  const plain = plainDocument({
    partRecords,
    model: {
      family,
      invocationType: family === 'converse' ? 'Converse' : 'InvokeModel',
      task: family === 'titan-embed-text' ? 'embedding' : 'text',
      limits: { ...DEFAULT_LIMITS, minRecords },
    },
  });
  const { source } = plain;
  return { ...plain, source: { ...source, dialect: dialect ?? source.dialect } };
}

/** A run in the ledger, for its document. */
export function wayBackRun(document: RunDocument, change: Partial<RunBody> = {}): RunBody {
  return {
    run: document.run,
    identity: document.identity,
    state: 'running',
    lane: document.lane,
    source: document.source.name,
    modelId: document.model.modelId,
    createdAt: document.createdAt,
    attempt: 1,
    maxAttempts: document.maxAttempts,
    parts: [],
    synthetic: true,
    seq: 0,
    ...change,
  };
}

/** A part whose job has ended. */
export function endedPart(document: RunDocument, change: Partial<PartBody> & { readonly records: number }): PartBody {
  const attempt = change.attempt ?? 1;
  const part = change.part ?? 0;
  return {
    run: document.run,
    attempt,
    part,
    lane: document.lane,
    sentinels: 0,
    bytes: 0,
    files: 1,
    xxh128: '0'.repeat(32),
    firstOrdinal: 0,
    lastOrdinal: change.records - 1,
    jobName: `batchrock-${part}-${attempt}`,
    clientRequestToken: `token${part}x${attempt}`,
    state: 'ended',
    jobArn: `arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/${jobId(attempt, part)}`,
    jobStatus: 'Completed',
    endedAt: 1_767_225_600_000,
    ...change,
  };
}

/** Twelve characters, as the service's. */
export function jobId(attempt: number, part: number): string {
  return `job${String(attempt).padStart(3, '0')}${String(part).padStart(6, '0')}`;
}
