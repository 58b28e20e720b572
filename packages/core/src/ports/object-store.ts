/** Facts about one stored object. */
export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Changes whenever the content changes; opaque, without quotes. */
  readonly etag: string;
}

/** Every call of a port can be aborted. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Reads bytes in order. The reader owns the block; the source fills it. */
export interface ByteSource {
  /** Fills as much of the block as it can; the number of bytes, 0 at the end and never before. */
  readInto(block: Uint8Array): Promise<number>;
  /** Bytes that were taken from where they are stored, where they are not those that were given: it was compressed. */
  readonly bytesRead?: number;
  close(): Promise<void>;
}

/**
 * Writes bytes in order: a full block in, an empty one back, so that memory stays two blocks and the slower side sets the
 * pace. The block that is given away must not be touched any more. Blocks are `blockBytes` long, or longer once an object is
 * large; only the last may be shorter (pass a subarray that starts at offset 0 of its buffer).
 */
export interface ObjectSink {
  readonly blockBytes: number;
  /** The first empty block. Call once. */
  block(): Uint8Array;
  write(full: Uint8Array): Promise<Uint8Array>;
  /** Makes the object visible, at once and whole. */
  commit(): Promise<ObjectInfo>;
  /** Leaves no trace. Safe to call at any time, also after a failed commit. */
  abort(): Promise<void>;
}

export interface CreateOptions extends CallOptions {
  /** Commit rejects with a `ServiceError` of reason `conflict` when the key exists. Default: replace it. */
  readonly ifAbsent?: boolean;
}

export interface OpenOptions extends CallOptions {
  /** First byte, from 0. */
  readonly from?: number;
  /** The byte after the last one. */
  readonly to?: number;
  /** Reject with `BR-E0118` when the object has another ETag. */
  readonly ifMatch?: string;
}

/**
 * Objects by key, all in one bucket. Keys are made by `run/keys` from our own ids alone. Not found is a value.
 * Errors are `ServiceError`s; a read that breaks off is resumed inside the adapter.
 */
export interface ObjectStore {
  /** Where the objects are, for messages and for Bedrock: `s3://bucket/prefix`, no slash at the end. */
  readonly uri: string;
  head(key: string, options?: CallOptions): Promise<ObjectInfo | undefined>;
  open(key: string, options?: OpenOptions): Promise<ByteSource | undefined>;
  create(key: string, options?: CreateOptions): ObjectSink;
  /** Every object whose key starts with the prefix, in order of the keys' bytes. */
  list(prefix: string, options?: CallOptions): AsyncIterable<ObjectInfo>;
  /** Removing what does not exist is no error. */
  remove(keys: readonly string[], options?: CallOptions): Promise<void>;
}
