import { mkdir } from 'node:fs/promises';
import { createBedrockBatchService, createS3ObjectStore, type S3ObjectStoreOptions } from '@batchrock/aws';
import type { BatchServiceFacts, Compression, Ledger, RunPorts } from '@batchrock/core';
import {
  ajvSchemas,
  createScratch,
  fileFamilies,
  loadDigest,
  nodeClock,
  nodeRandom,
  plainCompression,
  zstdCompression,
} from '../node/index.ts';
import { acrossRegions } from './across-regions.ts';
import { type KeptAnswers, keptAnswers } from './kept-answers.ts';
import { lazyRuntime } from './lazy-runtime.ts';
import { askLocalBedrock, openLocalBedrock } from './local-bedrock.ts';
import { LOCAL_CREDENTIALS, namesIdentity } from './local-credentials.ts';
import { withOutputStore } from './output-store.ts';
import type { StateDir } from './state-dir.ts';
import { outputBucketOf, type Target } from './target.ts';

/** A target that is reached: the ports of the core, filled in. */
export interface Connection {
  readonly ports: RunPorts;
  /** The local Bedrock answers, embedded or elsewhere. */
  readonly synthetic: boolean;
  /** How another thread reaches the same objects: plain data. */
  readonly store: StoreAccess;
  close(): Promise<void>;
}

/** How objects of runs are reached, and whether kept rows are compressed. */
export interface StoreAccess {
  readonly s3: S3ObjectStoreOptions;
  readonly isCompressed: boolean;
}

/** What a connection needs beside its target. */
export interface ConnectOptions {
  readonly dir: StateDir;
  readonly ledger: Ledger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears of a server that does not answer. */
  readonly notice: (text: string) => void;
}

/** Connects to a target. The embedded local Bedrock is started, unless another process of this state directory runs it. */
export async function connect(target: Target, { dir, ledger, env, notice }: ConnectOptions): Promise<Connection> {
  const answers = keptAnswers(dir.answers, notice);
  if (target.kind === 'local') {
    await mkdir(target.dir, { recursive: true, mode: 0o700 });
    const local = await openLocalBedrock(target);
    const { url: endpoint, facts } = local;
    const adapters = openAdapters(target, {
      endpoint,
      credentials: LOCAL_CREDENTIALS,
      facts,
      s3Attempts: ATTEMPTS_TO_OUTLAST,
      onWaiting: notice,
    });
    return {
      ports: await portsOf(adapters, plainCompression, { dir, ledger, answers }),
      synthetic: true,
      store: { s3: adapters.s3, isCompressed: false },
      async close() {
        answers.close();
        adapters.destroy();
        await local.close();
      },
    };
  }
  const facts = target.endpointUrl === undefined ? undefined : await askLocalBedrock(target.endpointUrl);
  const adapters = openAdapters(target, {
    endpoint: target.endpointUrl,
    // a local Bedrock checks no keys, whatever profile the environment names
    credentials:
      facts !== undefined || (target.kind === 'endpoint' && !namesIdentity(target.profile, env)) ? LOCAL_CREDENTIALS : undefined,
    s3Endpoint: target.endpointUrl ?? s3EndpointOf(env),
    facts,
    onWaiting: notice,
  });
  return {
    // the rows that a local Bedrock keeps lie on this machine, as those of the embedded one do
    ports: await portsOf(adapters, facts === undefined ? zstdCompression() : plainCompression, { dir, ledger, answers }),
    synthetic: facts !== undefined,
    store: { s3: adapters.s3, isCompressed: facts === undefined },
    async close() {
      answers.close();
      adapters.destroy();
    },
  };
}

/** A server in the place of S3, by the variables that every SDK reads: buckets are no part of its host name. */
export function s3EndpointOf(env: ConnectOptions['env']): string | undefined {
  const named = [env['AWS_ENDPOINT_URL_S3'], env['AWS_ENDPOINT_URL']];
  return named.find((url) => url !== undefined && url !== '');
}

/**
 * The process that runs the embedded local Bedrock for others may end: another takes over within seconds, and a call is tried for some
 * forty (the SDK's standard backoff) until it is there.
 */
const ATTEMPTS_TO_OUTLAST = 12;

interface AdapterOptions {
  readonly endpoint?: string;
  /** Of S3 alone; default: `endpoint`. */
  readonly s3Endpoint?: string | undefined;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly facts?: Partial<BatchServiceFacts>;
  /** Tries of a call of S3; default: as every client has it. */
  readonly s3Attempts?: number;
  readonly onWaiting: (text: string) => void;
}

/** The adapters of a target's Region, and of the others that it has. */
function openAdapters(target: Target, options: AdapterOptions) {
  const home = openRegion(target, options);
  if (target.elsewhere === undefined) return home;
  const others = target.elsewhere.map(({ region, bucket, kmsKey }) => ({
    region,
    ...openRegion(
      { ...target, region, bucket, ...(target.kind !== 'local' && { outputBucket: undefined, kmsKey }) } as Target,
      options,
    ),
  }));
  return {
    s3: home.s3,
    ...acrossRegions({ region: target.region, ...home }, others),
    runtime: home.runtime,
    destroy() {
      for (const each of [home, ...others]) each.destroy();
    },
  };
}

function openRegion(target: Target, options: AdapterOptions) {
  const { endpoint, s3Endpoint = endpoint, credentials, facts, s3Attempts, onWaiting } = options;
  const profile = target.kind === 'local' ? undefined : target.profile;
  const shared = { region: target.region, endpoint, credentials, profile };
  const attempts = s3Attempts === undefined ? {} : { maxAttempts: s3Attempts };
  const s3 = { ...shared, ...attempts, endpoint: s3Endpoint, bucket: target.bucket, prefix: target.prefix, ...kept(target) };
  const objects = createS3ObjectStore({ ...s3, onWaiting });
  const outputBucket = outputBucketOf(target);
  const outputs = outputBucket === undefined ? undefined : createS3ObjectStore({ ...s3, bucket: outputBucket, onWaiting });
  const service = createBedrockBatchService({ ...shared, facts, onWaiting });
  const runtime = lazyRuntime({ ...shared, onWaiting });
  return {
    s3,
    store: objects,
    objects: outputs === undefined ? objects : withOutputStore(objects, outputs),
    service,
    runtime,
    destroy() {
      runtime.destroy();
      objects.destroy();
      outputs?.destroy();
      service.destroy();
    },
  };
}

/** How objects are kept in the buckets of an account. */
function kept(target: Target): Pick<S3ObjectStoreOptions, 'tagsInput' | 'bucketOwner' | 'kmsKey'> {
  if (target.kind === 'local') return {};
  const { tagsInput, bucketOwner, kmsKey } = target;
  return { ...(tagsInput && { tagsInput }), ...(bucketOwner && { bucketOwner }), ...(kmsKey && { kmsKey }) };
}

async function portsOf(
  adapters: Pick<RunPorts, 'objects' | 'service' | 'runtime'>,
  compression: Compression,
  { dir, ledger, answers }: Pick<ConnectOptions, 'dir' | 'ledger'> & { readonly answers: KeptAnswers },
): Promise<RunPorts> {
  return {
    clock: nodeClock,
    random: nodeRandom,
    digest: await loadDigest(),
    ledger,
    objects: adapters.objects,
    service: adapters.service,
    runtime: adapters.runtime,
    compression,
    scratch: createScratch(dir.scratch),
    schemas: ajvSchemas,
    families: fileFamilies,
    answers,
  };
}
