import type { ObjectInfo } from '@batchrock/core';

const decoder = new TextDecoder();

interface Stored {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** Objects of the one bucket of a world. */
export class ObjectState {
  readonly uri: string;
  /** Called before an object is replaced or made. */
  onPut: ((key: string, before: Uint8Array | undefined, after: Uint8Array) => void) | undefined;
  /** Called before an object is removed. */
  onRemove: ((key: string) => void) | undefined;
  readonly #objects = new Map<string, Stored>();
  /** Every key, in order. */
  readonly #keys: string[] = [];
  #puts = 0;

  constructor(uri = 's3://sim-bucket/data') {
    this.uri = uri;
  }

  put(key: string, bytes: Uint8Array): ObjectInfo {
    this.onPut?.(key, this.#objects.get(key)?.bytes, bytes);
    if (!this.#objects.has(key)) this.#keys.splice(this.#firstFrom(key), 0, key);
    this.#objects.set(key, { bytes, etag: `e${++this.#puts}` });
    return this.info(key)!;
  }

  bytes(key: string): Uint8Array | undefined {
    return this.#objects.get(key)?.bytes;
  }

  text(key: string): string | undefined {
    const bytes = this.bytes(key);
    return bytes === undefined ? undefined : decoder.decode(bytes);
  }

  info(key: string): ObjectInfo | undefined {
    const stored = this.#objects.get(key);
    return stored && { key, size: stored.bytes.length, etag: stored.etag };
  }

  remove(key: string): void {
    if (!this.#objects.has(key)) return;
    this.onRemove?.(key);
    this.#keys.splice(this.#firstFrom(key), 1);
    this.#objects.delete(key);
  }

  /** Keys in the order of their bytes; keys of ours are ASCII, so code units sort alike. */
  keys(prefix: string): string[] {
    const first = this.#firstFrom(prefix);
    let end = first;
    while (end < this.#keys.length && this.#keys[end]!.startsWith(prefix)) end++;
    return this.#keys.slice(first, end);
  }

  /** Where the keys begin that are not before `key`. */
  #firstFrom(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The key in `s3://bucket/prefix/key`. */
  keyOf(uri: string): string | undefined {
    return uri.startsWith(`${this.uri}/`) ? uri.slice(this.uri.length + 1) : undefined;
  }
}
