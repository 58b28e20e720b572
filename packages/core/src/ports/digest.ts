/** Hashes of two kinds: one for what must not be forged, one for content that is large. */
export interface Digest {
  /** SHA-256 of something small: identities and tokens. 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** XXH128 of content that goes by block by block; any number may run side by side. */
  start(): RunningDigest;
}

/**
 * XXH128 (seed 0) of bytes in order. It names content and finds accidents (2^-128 for two that differ), at the speed of
 * memory; it does not withstand somebody who makes two contents of one hash.
 */
export interface RunningDigest {
  update(bytes: Uint8Array): void;
  /** 32 lower-case hexadecimal digits, of all bytes so far. Ends it. */
  hex(): string;
}
