import { hash } from 'node:crypto';
import type { Digest, RunningDigest } from '@batchrock/core';
import type { IHasher } from 'hash-wasm';

/** SHA-256 of node:crypto, for identities and tokens. */
export const nodeSha256: Pick<Digest, 'sha256'> = { sha256: (bytes) => hash('sha256', bytes, 'buffer') };

let loading: Promise<Digest> | undefined;

/** Both hashes. XXH128 is WebAssembly, compiled at the first call, hence the promise. */
export function loadDigest(): Promise<Digest> {
  loading ??= compile();
  return loading;
}

async function compile(): Promise<Digest> {
  const { default: algorithm } = await import('hash-wasm/dist/xxhash128.umd.min.js');
  const shared: SharedHasher = { hasher: await algorithm.createXXHash128(), user: undefined };
  return { ...nodeSha256, start: () => new Xxh128(shared) };
}

/** One instance serves all: whoever wants it has the state of its last user put away. */
interface SharedHasher {
  readonly hasher: IHasher;
  user: Xxh128 | undefined;
}

class Xxh128 implements RunningDigest {
  readonly #shared: SharedHasher;
  #state: Uint8Array | undefined;

  constructor(shared: SharedHasher) {
    this.#shared = shared;
  }

  update(bytes: Uint8Array): void {
    this.#take().update(bytes);
  }

  hex(): string {
    const hex = this.#take().digest('hex');
    this.#shared.user = undefined;
    return hex;
  }

  #take(): IHasher {
    const { hasher, user } = this.#shared;
    if (user === this) return hasher;
    if (user) user.#state = hasher.save();
    this.#shared.user = this;
    return this.#state ? hasher.load(this.#state) : hasher.init();
  }
}
