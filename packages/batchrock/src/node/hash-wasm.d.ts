/** The one algorithm of `hash-wasm` that is used: its main module loads all of them. */
declare module 'hash-wasm/dist/xxhash128.umd.min.js' {
  import type { IHasher } from 'hash-wasm';

  const algorithm: { createXXHash128(): Promise<IHasher> };
  export = algorithm;
}
