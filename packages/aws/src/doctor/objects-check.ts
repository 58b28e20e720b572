import type { CallOptions } from '@batchrock/core';
import { createS3ObjectStore, type S3ObjectStore } from '../s3/s3-object-store.ts';
import { type Check, type Finding, fail, ok } from './check.ts';
import { type CheckedAccount, setupCommand } from './checked-account.ts';

const WORDS = new TextEncoder().encode('batchrock doctor was here\n');

/** Puts an object where those of runs lie, reads it and takes it away again: the same calls that a run makes. */
export function objectsCheck(account: CheckedAccount, name: string): Check {
  return { id: 'objects', needs: ['bucket', 'key'], look: () => lookAtObjects(account, name) };
}

async function lookAtObjects(account: CheckedAccount, name: string): Promise<Finding> {
  const { connection, s3Endpoint, bucket, outputBucket, prefix, tagsInput, bucketOwner, kmsKey } = account.question;
  const endpoint = s3Endpoint ?? connection.endpoint;
  for (const each of outputBucket === undefined ? [bucket] : [bucket, outputBucket]) {
    const store = createS3ObjectStore({
      ...connection,
      ...(endpoint === undefined ? {} : { endpoint }),
      bucket: each,
      prefix,
      tagsInput,
      ...(bucketOwner === undefined ? {} : { bucketOwner }),
      ...(kmsKey === undefined ? {} : { kmsKey }),
    });
    try {
      // a key of job input: it is tagged where that is, and goes by itself where taking it away is refused
      const key = `runs/doctor/input/${name}`;
      const problem = await problemWith(store, key, account.calls);
      if (problem !== undefined) return fail(`${store.uri}/${key} cannot be ${problem}`, setupCommand(account));
    } finally {
      store.destroy();
    }
  }
  return ok(`can be put, read and removed below ${prefix === '' ? 'runs/' : `${prefix}/runs/`}`);
}

/** What cannot be done with an object, and why; undefined where all can. */
async function problemWith(store: S3ObjectStore, key: string, calls: CallOptions): Promise<string | undefined> {
  const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['put', () => put(store, key)],
    ['read', () => read(store, key, calls)],
    ['removed', () => store.remove([key], calls)],
  ];
  for (const [what, take] of steps) {
    try {
      await take();
    } catch (error) {
      return `${what}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return undefined;
}

async function put(store: S3ObjectStore, key: string): Promise<void> {
  const sink = store.create(key);
  try {
    const block = sink.block();
    block.set(WORDS);
    await sink.write(block.subarray(0, WORDS.length));
    await sink.commit();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

async function read(store: S3ObjectStore, key: string, calls: CallOptions): Promise<void> {
  const source = await store.open(key, calls);
  if (source === undefined) throw new Error('it was put, and is not there');
  const block = new Uint8Array(WORDS.length + 1);
  const length = await source.readInto(block);
  await source.close();
  if (length !== WORDS.length) throw new Error(`${length} bytes came back of ${WORDS.length}`);
}
