import { createHash } from 'node:crypto';
import { type CallOptions, type Clock, InputError, type Source } from '@batchrock/core';
import { bytesSource } from '@batchrock/testkit';
import type { FoundObject, Inbox, ListedObject } from '../inbox/index.ts';
import type { FoundDataset } from '../question/index.ts';

interface Stored extends FoundObject {
  readonly bytes: Uint8Array;
}

/** What users have put into buckets, in memory, and the sources to read it by. */
export class MemoryInbox implements Inbox {
  readonly #clock: Clock;
  readonly #objects = new Map<string, Stored>();
  /** Called before each read of a block. */
  onRead: () => void = () => {};
  /** Objects of more bytes are not copied. */
  mostCopied = 5 * 1024 ** 3;
  /** What moving throws. */
  failure: Error | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put(bucket: string, key: string, text: string, metadata: Readonly<Record<string, string>> = {}): FoundObject {
    const bytes = new TextEncoder().encode(text);
    const etag = createHash('md5').update(bytes).digest('hex');
    const stored = { bucket, key, etag, size: bytes.length, modifiedAt: this.#clock.now(), metadata, bytes };
    this.#objects.set(`${bucket}/${key}`, stored);
    return stored;
  }

  remove(bucket: string, key: string): void {
    this.#objects.delete(`${bucket}/${key}`);
  }

  text(bucket: string, key: string): string | undefined {
    const stored = this.#objects.get(`${bucket}/${key}`);
    return stored && new TextDecoder().decode(stored.bytes);
  }

  async *list(
    bucket: string,
    prefix: string,
    { after = '' }: { readonly after?: string | undefined } = {},
  ): AsyncIterable<ListedObject> {
    const keys = [...this.#objects.values()].filter((each) => each.bucket === bucket && each.key.startsWith(prefix));
    for (const object of keys.toSorted((a, b) => (a.key < b.key ? -1 : 1))) if (object.key > after) yield object;
  }

  async find(bucket: string, key: string): Promise<FoundObject | undefined> {
    return this.#objects.get(`${bucket}/${key}`);
  }

  async move(object: FoundObject, to: string): Promise<'moved' | 'changed' | 'too-large'> {
    if (this.failure) throw this.failure;
    if (object.size > this.mostCopied) return 'too-large';
    const from = `${object.bucket}/${object.key}`;
    const stored = this.#objects.get(from);
    if (stored?.etag !== object.etag) return 'changed';
    this.#objects.delete(from);
    this.#objects.set(`${object.bucket}/${to}`, { ...stored, key: to, modifiedAt: this.#clock.now() });
    return 'moved';
  }

  async findDataset(bucket: string, key: string, { signal }: CallOptions = {}): Promise<FoundDataset> {
    signal?.throwIfAborted();
    const stored = this.#objects.get(`${bucket}/${key}`);
    if (stored === undefined) throw new InputError('BR-E0101', `no such object: s3://${bucket}/${key}`);
    return { sources: [this.#source(stored)], notices: [], close: () => {} };
  }

  /** As one on S3: each read is tied to the content that was found. */
  #source({ bucket, key, etag, size }: Stored): Source {
    const name = `s3://${bucket}/${key}`;
    const bytesNow = (): Uint8Array => {
      this.onRead();
      const now = this.#objects.get(`${bucket}/${key}`);
      if (now?.etag === etag) return now.bytes;
      throw new InputError('BR-E0118', `${name} changed while it was read`);
    };
    return {
      name,
      size,
      open: async (from = 0, signal) => {
        signal?.throwIfAborted();
        return bytesSource(bytesNow().subarray(from));
      },
      openAccess: async () => ({ size, read: async (from, to) => bytesNow().slice(from, to), close: async () => {} }),
      pin: async () => ({ kind: 's3', bytes: size, bucket, key, etag }),
      checkUnchanged: async () => undefined,
    };
  }
}
