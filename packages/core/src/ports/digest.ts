/** SHA-256, whole and in steps. */
export interface Digest {
  /** 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** A digest that is fed block by block; `hex` ends it. */
  start(): RunningDigest;
}

export interface RunningDigest {
  update(bytes: Uint8Array): void;
  /** 64 lower-case hexadecimal digits. */
  hex(): string;
}
