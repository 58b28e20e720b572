import {
  type AskedTail,
  builtInFamilies,
  ensureLane,
  objectKeys,
  type PartBody,
  type PartFacts,
  type Price,
  type Priority,
  partItem,
  type RunBody,
  type RunDocument,
  type RunPorts,
  recordId,
  runItem,
  sharingOf,
  tailOf,
  writePartsDocument,
  writePrepared,
  writeText,
} from '@batchrock/core';
import { ajvSchemas } from 'batchrock/node';
import { FakeClock } from './fake-clock.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { MemoryObjectStore } from './memory-object-store.ts';
import { plainDocument } from './plain-document.ts';
import { writePlainPart } from './plain-steps.ts';
import { ScriptedBatchService, type ScriptedBatchServiceOptions } from './scripted-batch-service.ts';
import { identityCompression, MemoryScratch, nodeDigest, seededRandom } from './small-ports.ts';

/** Every port in memory. */
export interface MemoryPorts extends RunPorts {
  readonly ledger: MemoryLedger;
  readonly objects: MemoryObjectStore;
  readonly service: ScriptedBatchService;
  readonly clock: FakeClock;
}

/** Ports in memory with a clock that jumps to the next timer whenever everything waits. */
export function memoryPorts(options: Omit<ScriptedBatchServiceOptions, 'clock' | 'objects'> = {}): MemoryPorts {
  const clock = new FakeClock({ auto: true });
  const objects = new MemoryObjectStore();
  return {
    clock,
    objects,
    random: seededRandom(1),
    digest: nodeDigest,
    ledger: new MemoryLedger(),
    service: new ScriptedBatchService({ ...options, clock, objects }),
    compression: identityCompression,
    scratch: new MemoryScratch(),
    schemas: ajvSchemas,
    families: builtInFamilies,
  };
}

/** The same account, ledger and clock with another bucket, as another stack has them. */
export function otherStore(ports: MemoryPorts, uri: string): MemoryPorts {
  const objects = new MemoryObjectStore({ uri });
  ports.service.serve(objects);
  return { ...ports, objects };
}

export interface MemoryRunOptions {
  /** Default `r-0000000001`. */
  readonly run?: string;
  /** Records of each part. */
  readonly parts: readonly number[];
  /** Default 3. */
  readonly maxAttempts?: number;
  /** Slots of the lane; default 20. */
  readonly slots?: number;
  /** Records a part of later generations; default 100. */
  readonly partRecords?: number;
  /** Fewest records of a job; default 1. */
  readonly minRecords?: number;
  /** What its model costs; absent: nobody knows. */
  readonly price?: Price;
  /** Its tail goes on demand; absent: it is padded. */
  readonly tail?: AskedTail;
  /** Its class and share among the runs of its lane. */
  readonly priority?: Priority;
  readonly weight?: number;
}

/** Puts a run into memory as `prepareRun` leaves it: document, inputs, parts, and the run `running`. */
export async function putMemoryRun(ports: RunPorts, options: MemoryRunOptions): Promise<RunDocument> {
  const document = memoryDocument(ports, options);
  await writeText(ports.objects, objectKeys.document(document.run), JSON.stringify(document));
  let ordinal = 0;
  const parts: PartFacts[] = [];
  for (const [number, records] of options.parts.entries()) {
    const lines = Array.from({ length: records }, () => ({
      recordId: recordId(document.recordPrefix, ordinal++),
      modelInput: {
        anthropic_version: 'bedrock-2023-05-31',
        max_tokens: 9,
        messages: [{ role: 'user', content: `row ${ordinal}` }],
      },
    }));
    const facts = await writePlainPart(ports, document, 1, number, lines);
    parts.push(facts);
    const part: PartBody = { ...facts, state: records === 0 ? 'collected' : 'ready' };
    await ports.ledger.commit([{ put: partItem(part), expect: 'absent' }]);
  }
  const prepared = { run: document.run, rows: ordinal, rejected: 0, parts: parts.length };
  await writePartsDocument(ports, document.run, 1, parts);
  await writePrepared(ports, prepared);
  const run: RunBody = {
    run: document.run,
    identity: document.identity,
    state: 'running',
    lane: document.lane,
    ...sharingOf(document),
    ...tailOf(document),
    source: document.source.name,
    modelId: document.model.modelId,
    createdAt: document.createdAt,
    attempt: 1,
    maxAttempts: document.maxAttempts,
    parts: [options.parts.length],
    rows: ordinal,
    rejected: 0,
    synthetic: true,
    seq: 0,
  };
  await ports.ledger.commit([{ put: runItem(run), expect: 'absent' }]);
  await ensureLane(ports, document.lane, options.slots ?? 20);
  return document;
}

/** The document of such a run. */
export function memoryDocument(ports: Pick<RunPorts, 'clock' | 'objects'>, options: MemoryRunOptions): RunDocument {
  const { run, partRecords, maxAttempts, priority, weight, minRecords, price, tail } = options;
  const plain = plainDocument({ model: { ...(price && { price }) } });
  const { limits } = plain.model;
  return {
    ...plain,
    run: run ?? plain.run,
    createdAt: ports.clock.now(),
    recordPrefix: 'aa',
    source: { ...plain.source, dialect: { format: 'csv', delimiter: ',', header: ['text'] } },
    model: { ...plain.model, limits: { ...limits, minRecords: minRecords ?? limits.minRecords } },
    job: { ...plain.job, storeUri: ports.objects.uri },
    partRecords: partRecords ?? plain.partRecords,
    maxAttempts: maxAttempts ?? plain.maxAttempts,
    ...((priority ?? weight ?? tail) !== undefined && {
      asked: { ...(priority && { priority }), ...(weight !== undefined && { weight }), ...(tail && { tail }) },
    }),
  };
}
