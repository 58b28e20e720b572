import { createHash } from 'node:crypto';
import {
  type ByteSource,
  type CallOptions,
  type CreateOptions,
  InputError,
  type ObjectInfo,
  type ObjectSink,
  type ObjectStore,
  type OpenOptions,
  ServiceError,
} from '@batchrock/core';
import { checkSignal } from './check-signal.ts';
import { hooked, type PortHook } from './hook.ts';

interface Stored {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface MemoryObjectStoreOptions {
  readonly hook?: PortHook;
  /** Default `s3://memory-bucket/prefix`. */
  readonly uri?: string;
  /** Length of a sink's blocks; default 64 KiB. */
  readonly blockBytes?: number;
}

/** Objects in memory. An object appears at once and whole when its sink is committed, as it does in S3. */
export class MemoryObjectStore implements ObjectStore {
  readonly uri: string;
  readonly blockBytes: number;
  /** May be changed at any time. */
  hook: PortHook | undefined;
  /** Called before each read: whoever writes behind the reader's back does so now. */
  onRead: () => void = () => {};
  readonly #objects = new Map<string, Stored>();

  constructor(options: MemoryObjectStoreOptions = {}) {
    this.uri = options.uri ?? 's3://memory-bucket/prefix';
    this.blockBytes = options.blockBytes ?? 65_536;
    this.hook = options.hook;
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    checkSignal(options);
    this.onRead();
    return hooked(this.hook, { port: 'objects', call: 'head', about: key }, () => this.#info(key));
  }

  async open(key: string, options: OpenOptions = {}): Promise<ByteSource | undefined> {
    checkSignal(options);
    this.onRead();
    return hooked(this.hook, { port: 'objects', call: 'open', about: key }, () => this.#open(key, options));
  }

  create(key: string, options: CreateOptions = {}): ObjectSink {
    return new MemorySink(this.blockBytes, (bytes) =>
      hooked(this.hook, { port: 'objects', call: 'create', about: key }, () => {
        checkSignal(options);
        if (options.ifAbsent && this.#objects.has(key)) {
          const details = { key };
          throw new ServiceError('BR-E0505', `object ${key} exists`, { reason: 'conflict', effect: 'none', details });
        }
        this.#objects.set(key, { bytes, etag: createHash('md5').update(bytes).digest('hex') });
        return this.#info(key) as ObjectInfo;
      }),
    );
  }

  async *list(prefix: string, options: CallOptions = {}): AsyncIterable<ObjectInfo> {
    checkSignal(options);
    this.onRead();
    const keys = await hooked(this.hook, { port: 'objects', call: 'list', about: prefix }, () =>
      [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    );
    for (const key of keys) {
      const info = this.#info(key);
      if (info) yield info;
    }
  }

  async remove(keys: readonly string[], options: CallOptions = {}): Promise<void> {
    checkSignal(options);
    await hooked(this.hook, { port: 'objects', call: 'remove', about: keys.join(' ') }, () => {
      for (const key of keys) this.#objects.delete(key);
    });
  }

  /** Every key, in order; for checkers. */
  keys(prefix = ''): readonly string[] {
    return [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** The bytes of an object without the hook; for checkers. */
  bytes(key: string): Uint8Array | undefined {
    return this.#objects.get(key)?.bytes;
  }

  /** The text of an object without the hook; for checkers. */
  text(key: string): string | undefined {
    const bytes = this.bytes(key);
    return bytes && new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  }

  /** Puts an object without the hook, as the service or a person would. */
  put(key: string, content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();
    this.#objects.set(key, { bytes, etag: createHash('md5').update(bytes).digest('hex') });
  }

  #info(key: string): ObjectInfo | undefined {
    const stored = this.#objects.get(key);
    return stored && { key, size: stored.bytes.length, etag: stored.etag };
  }

  #open(key: string, options: OpenOptions): ByteSource | undefined {
    const stored = this.#objects.get(key);
    if (stored === undefined) return undefined;
    if (options.ifMatch !== undefined && options.ifMatch !== stored.etag) {
      throw new InputError('BR-E0118', `object ${key} changed while it was read`, { details: { key } });
    }
    return bytesSource(stored.bytes.subarray(options.from ?? 0, options.to));
  }
}

/** A source over bytes in memory. `chunkBytes` bounds what one read gives, to test readers against short reads. */
export function bytesSource(bytes: Uint8Array, chunkBytes = Number.POSITIVE_INFINITY): ByteSource {
  let at = 0;
  return {
    async readInto(block) {
      const length = Math.min(block.length, bytes.length - at, chunkBytes);
      block.set(bytes.subarray(at, at + length));
      at += length;
      return length;
    },
    async close() {},
  };
}

/** Two recycled blocks; the one given away is overwritten, so that a writer that still touches it is found out. */
class MemorySink implements ObjectSink {
  readonly blockBytes: number;
  readonly #finish: (bytes: Uint8Array) => Promise<ObjectInfo>;
  readonly #blocks: [Uint8Array, Uint8Array];
  #chunks: Uint8Array[] = [];
  #open = true;

  constructor(blockBytes: number, finish: (bytes: Uint8Array) => Promise<ObjectInfo>) {
    this.blockBytes = blockBytes;
    this.#finish = finish;
    this.#blocks = [new Uint8Array(blockBytes), new Uint8Array(blockBytes)];
  }

  block(): Uint8Array {
    return this.#blocks[0];
  }

  async write(full: Uint8Array): Promise<Uint8Array> {
    if (!this.#open) throw new Error('written after commit or abort');
    this.#chunks.push(full.slice());
    full.fill(0xff);
    const [a, b] = this.#blocks;
    return full.buffer === a.buffer ? b : a;
  }

  async commit(): Promise<ObjectInfo> {
    if (!this.#open) throw new Error('committed twice or after abort');
    this.#open = false;
    return this.#finish(new Uint8Array(Buffer.concat(this.#chunks)));
  }

  async abort(): Promise<void> {
    this.#open = false;
    this.#chunks = [];
  }
}
