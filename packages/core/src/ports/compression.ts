import type { ByteSource, ObjectSink } from './object-store.ts';

/** Compression of a stream of bytes, off the main thread where the platform can. */
export interface Compression {
  /** The ending of a compressed object's key, with its dot: `.zst`. */
  readonly suffix: string;
  compress(sink: ObjectSink): ObjectSink;
  decompress(source: ByteSource): ByteSource;
}
