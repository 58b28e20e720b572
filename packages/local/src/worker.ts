import { Worker } from 'node:worker_threads';
import { type ErrorCode, type ErrorDetails, InputError, ServiceError, StateError } from '@batchrock/core';
import type { LocalBedrockOptions } from './options.ts';
import type { LocalBedrock } from './start.ts';
import type { WorkerReport } from './worker-main.ts';

/** How long the thread may take to close before it is ended, in milliseconds. Its state is on disk all the same. */
const CLOSE_MS = 5000;

/** A local Bedrock in a thread of its own. */
export interface WorkerBedrock extends LocalBedrock {
  /** Resolves when the thread has ended, by `close` or by a fault. */
  readonly ended: Promise<void>;
}

/**
 * Starts the local Bedrock in a worker thread, so that its work does not stand in the way of the caller's. The thread
 * does not keep the process alive. Rejects as `startLocalBedrock` does.
 */
export async function startLocalBedrockInWorker(options: LocalBedrockOptions): Promise<WorkerBedrock> {
  // From source the file ends in .ts, compiled in .js: as this one does. Conditions and flags are inherited.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./worker-main.${extension}`, import.meta.url), {
    workerData: options,
    name: 'batchrock-local',
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const report = await firstReport(worker);
  if (report.status === 'failed') {
    await worker.terminate();
    throw revived(report);
  }
  worker.unref();
  worker.on('error', () => {}); // `ended` tells; the owner starts another
  let closed: Promise<void> | undefined;
  return { url: report.url, port: report.port, ended, close: () => (closed ??= closeWorker(worker, ended)) };
}

function firstReport(worker: Worker): Promise<WorkerReport> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(failed(`the local Bedrock's thread ended with ${code} before it served`)));
  });
}

async function closeWorker(worker: Worker, ended: Promise<void>): Promise<void> {
  worker.ref();
  const force = setTimeout(() => void worker.terminate(), CLOSE_MS);
  worker.postMessage('close');
  await ended;
  clearTimeout(force);
}

function revived({ code, message, details }: Extract<WorkerReport, { status: 'failed' }>): Error {
  if (code === undefined) return failed(message);
  const options = { details: details as ErrorDetails };
  if (code.startsWith('BR-E01')) return new InputError(code as ErrorCode, message, options);
  if (code.startsWith('BR-E05')) {
    return new ServiceError(code as ErrorCode, message, { ...options, reason: 'unavailable', effect: 'none' });
  }
  return new StateError(code as ErrorCode, message, options);
}

function failed(message: string): ServiceError {
  return new ServiceError('BR-E0506', message, { reason: 'unavailable', effect: 'none' });
}
