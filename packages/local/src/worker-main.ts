import { parentPort, workerData } from 'node:worker_threads';
import { isBatchrockError } from '@batchrock/core';
import type { LocalBedrockOptions } from './options.ts';
import { startLocalBedrock } from './start.ts';

/** What the thread says: once, when it serves or cannot. */
export type WorkerReport =
  | { readonly status: 'serving'; readonly url: string; readonly port: number }
  | { readonly status: 'failed'; readonly code?: string; readonly message: string; readonly details?: object };

const port = parentPort;
if (port !== null) await main(workerData as LocalBedrockOptions, port);

async function main(options: LocalBedrockOptions, parent: NonNullable<typeof parentPort>): Promise<void> {
  const report = (what: WorkerReport): void => parent.postMessage(what);
  try {
    const server = await startLocalBedrock(options);
    // The only message that the parent sends: close.
    parent.once('message', () => void server.close().finally(() => parent.close()));
    report({ status: 'serving', url: server.url, port: server.port });
  } catch (error) {
    // A cloned error would lose its code.
    const known = isBatchrockError(error) ? { code: error.code, details: error.details } : {};
    report({ status: 'failed', message: error instanceof Error ? error.message : String(error), ...known });
  }
}
