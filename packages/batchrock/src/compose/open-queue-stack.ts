import { createS3ObjectStore, type S3ObjectStore } from '@batchrock/aws';
import { createDynamoLedger } from '@batchrock/aws/dynamodb';
import { createFunctions, describeStack, type Functions } from '@batchrock/aws/stack';
import type { CallOptions, Ledger } from '@batchrock/core';
import { nodeClock, nodeRandom } from '../node/index.ts';
import { s3EndpointOf } from './connection.ts';
import { type QueueStack, queueOf } from './queue-stack.ts';
import type { StackPlace } from './stack-place.ts';

/** A queue in an account that is reached. */
export interface OpenedQueue {
  readonly stack: QueueStack;
  readonly ledger: Ledger;
  /** Those of its bucket. */
  readonly objects: S3ObjectStore;
  readonly functions: Functions;
  close(): void;
}

/** What opening a queue needs beside its place. */
export interface OpenQueueStackOptions extends CallOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears of a server that does not answer. */
  readonly notice: (text: string) => void;
}

/** Finds a stack and reaches what is in it. Throws what `queueOf` throws, and what the account refuses. */
export async function openQueueStack(place: StackPlace, { env, notice, signal }: OpenQueueStackOptions): Promise<OpenedQueue> {
  const { region, profile, endpointUrl } = place;
  const shared = { region, profile, endpoint: endpointUrl, onWaiting: notice };
  const stack = queueOf(await describeStack(shared, place.name, signal ? { signal } : {}), place);
  const ledger = createDynamoLedger({ ...shared, table: stack.table, clock: nodeClock, random: nodeRandom });
  const objects = createS3ObjectStore({ ...shared, endpoint: endpointUrl ?? s3EndpointOf(env), bucket: stack.bucket });
  const functions = createFunctions(shared);
  return {
    stack,
    ledger,
    objects,
    functions,
    close() {
      functions.destroy();
      objects.destroy();
      ledger.destroy();
    },
  };
}
