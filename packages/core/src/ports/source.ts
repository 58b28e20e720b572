import type { ByteSource, CallOptions } from './object-store.ts';

/**
 * What a dataset's file is known by: equal pins are equal bytes. Plain JSON; it is part of a run's identity and of its frozen
 * document. A file on this machine is known by its content, an object elsewhere by what its server says of its content, so
 * that nothing is downloaded just to be hashed.
 */
export type SourcePin =
  | { readonly kind: 'content'; readonly bytes: number; readonly xxh128: string }
  | { readonly kind: 's3'; readonly bytes: number; readonly bucket: string; readonly key: string; readonly etag: string }
  | {
      readonly kind: 'hub';
      readonly bytes: number;
      /** `owner/name`. */
      readonly dataset: string;
      /** The commit, 40 hexadecimal digits. */
      readonly revision: string;
      /** The file in the dataset's repository at that revision. */
      readonly path: string;
      readonly etag: string;
    };

/** How a pin is found; hashing a large file takes a while. */
export interface PinOptions extends CallOptions {
  /** Bytes read so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** Reads any place of a source, for formats that are not read from front to back. Several reads may be under way at once. */
export interface RandomAccess {
  /** Bytes. */
  readonly size: number;
  /**
   * Exactly the bytes `[from, to)`, in memory that the caller owns. A read that breaks off is taken up again. Throws
   * `BR-E0118` when the source is not what it was, and an `InvariantError` for a range that is not inside it.
   */
  read(from: number, to: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** The same into the caller's memory, all of `target` from byte `from` on, where that saves the access a copy. */
  readInto?(from: number, target: Uint8Array, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * One file of a dataset, wherever it lives. It stays the same while it is read: each read after the first is tied to what
 * the first look at it has seen, and throws `BR-E0118` when that has changed.
 */
export interface Source {
  /** As messages call it: a path, `s3://bucket/key`, `hf://owner/name/…`. Its ending tells the format. */
  readonly name: string;
  /** Bytes, as they lie there: compressed if the file is. */
  readonly size: number;
  /** The bytes from `from` on. A read that breaks off is taken up again inside. */
  open(from?: number, signal?: AbortSignal): Promise<ByteSource>;
  openAccess(signal?: AbortSignal): Promise<RandomAccess>;
  pin(options?: PinOptions): Promise<SourcePin>;
  /** Throws `BR-E0118` when the source is not what it was when it was first looked at. */
  checkUnchanged(signal?: AbortSignal): Promise<void>;
}
