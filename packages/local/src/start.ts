import { join } from 'node:path';
import { StateError } from '@batchrock/core';
import { resolveBedrockOptions } from './bedrock/options.ts';
import { openClock } from './clock/index.ts';
import { folderError } from './folder-error.ts';
import { openBedrock } from './open-bedrock.ts';
import { type LocalBedrockOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import type { LocalBedrockPorts } from './ports.ts';
import { openS3 } from './s3/index.ts';
import { endpointUrl, newFolderId, readEndpoint, writeEndpoint } from './server/endpoint-file.ts';
import { lockFolder } from './server/folder-lock.ts';
import { type Front, openFront } from './server/front.ts';
import type { AdminRoute, ServerContext, ServerModule } from './server/index.ts';
import { createCallLog, DiskObjectStorage } from './storage/index.ts';

/** A running local Bedrock. */
export interface LocalBedrock {
  /** Give it to any AWS SDK as the endpoint: `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  /** Stops serving. State stays in the folder; running jobs go on when it is started again. */
  close(): Promise<void>;
}

/**
 * Starts the local Bedrock in this process. Rejects with `BR-E0209` when another process serves the folder, with
 * `BR-E0210` when the port is taken, with `BR-E0120` for an option that is not allowed, and with what is wrong with the folder:
 * see `folderError`.
 */
export async function startLocalBedrock(options: LocalBedrockOptions, ports: LocalBedrockPorts = {}): Promise<LocalBedrock> {
  const resolved = resolveOptions(options);
  try {
    return await start(resolved, ports);
  } catch (error) {
    throw folderError(resolved.dir, error) ?? error;
  }
}

async function start(resolved: ResolvedOptions, ports: LocalBedrockPorts): Promise<LocalBedrock> {
  const lock = lockFolder(resolved.dir);
  if (lock === undefined) throw inUse(resolved.dir);
  try {
    const front = await openFront(resolved).catch((error: unknown) => {
      throw portError(error, resolved);
    });
    const closeModules = await serve(front, resolved, ports).catch(async (error: unknown) => {
      await front.close();
      throw error;
    });
    let closed: Promise<void> | undefined;
    return {
      url: endpointUrl({ host: resolved.host, port: front.port }),
      port: front.port,
      close: () => (closed ??= front.close().then(closeModules).finally(lock.release)),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Opens the folder behind the front. The folder is ours by its lock, so what a killed process left can be swept. */
async function serve(front: Front, options: ResolvedOptions, ports: LocalBedrockPorts): Promise<() => Promise<void>> {
  const { dir, host } = options;
  const id = readEndpoint(dir)?.id ?? newFolderId();
  writeEndpoint(dir, { id, host, port: front.port });
  const objects = DiskObjectStorage.open(join(dir, 's3'));
  for (const bucket of options.buckets) objects.buckets.create(bucket, options.region);
  const context: ServerContext = {
    options,
    clock: ports.clock ?? openClock(dir),
    ...(await jobStorage(options, objects, ports)),
    calls: createCallLog(),
    url: endpointUrl({ host, port: front.port }),
  };
  const modules: readonly ServerModule[] = [openS3(context, objects), openBedrock(context, ports)];
  front.serve({
    services: modules.flatMap((module) => module.services),
    admin: [...adminRoutes(id, context), ...modules.flatMap((module) => module.admin)],
  });
  return async () => {
    await Promise.all(modules.map((module) => module.close()));
    objects.close();
  };
}

function adminRoutes(id: string, context: ServerContext): readonly AdminRoute[] {
  const since = Date.now();
  const { account, region } = context.options;
  const { timing, listLagMs } = resolveBedrockOptions(context.options);
  const clock = { speed: timing.speed, listLagMs };
  return [
    {
      method: 'GET',
      path: '/_batchrock/health',
      handle: () => ({ service: 'batchrock-local', id, pid: process.pid, since, account, region, ...clock }),
    },
    { method: 'GET', path: '/_batchrock/calls', handle: () => ({ calls: context.calls.list() }) },
    { method: 'DELETE', path: '/_batchrock/calls', handle: () => context.calls.clear() },
  ];
}

async function jobStorage(
  { s3EndpointUrl: endpoint, region }: ResolvedOptions,
  here: DiskObjectStorage,
  { credentialsFor }: LocalBedrockPorts,
): Promise<Pick<ServerContext, 'storage' | 'storageFor'>> {
  if (endpoint === undefined) return { storage: here, storageFor: () => here };
  // Loading the SDK takes longer than everything else together, and few need it.
  const { openRemoteStorage } = await import('./storage/remote-object-storage.ts');
  const storage = openRemoteStorage({ endpoint, region });
  const storageFor: ServerContext['storageFor'] = (job) => {
    const kmsKeyId = job.output.kmsKeyId;
    // a job reads and writes in its own Region, and uses the keys of that
    const regionOfJob = job.jobArn.split(':')[3] ?? region;
    if (credentialsFor === undefined && kmsKeyId === undefined && regionOfJob === region) return storage;
    return openRemoteStorage({
      endpoint,
      region: regionOfJob,
      ...(kmsKeyId !== undefined && { kmsKeyId }),
      ...(credentialsFor && { credentials: () => credentialsFor(job) }),
    });
  };
  return { storage, storageFor };
}

function inUse(dir: string): StateError {
  const endpoint = readEndpoint(dir);
  const where = endpoint === undefined ? '' : ` at ${endpointUrl(endpoint)}`;
  return new StateError('BR-E0209', `another process serves ${dir}${where}`, {
    details: { dir, ...(endpoint && { port: endpoint.port }) },
  });
}

function portError(error: unknown, { host, port }: ResolvedOptions): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  return new StateError('BR-E0210', `port ${port} of ${host} is taken by another program`, {
    cause: error,
    details: { host, port },
  });
}
