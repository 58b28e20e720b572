import {
  type ByteSource,
  InputError,
  invariant,
  type ObjectInfo,
  type ObjectSink,
  type ObjectStore,
  ServiceError,
} from '@batchrock/core';
import type { ObjectState } from './object-state.ts';
import type { Life } from './process.ts';
import { carry } from './wire.ts';

/**
 * The bucket as one process reaches it. S3 answers a write on the connection that brought it, so one whose sender has gone
 * is done at once or never: writes are slow, refused or unheard here, but not minutes late.
 */
export function objectPort(life: Life, state: ObjectState, blockBytes: number): ObjectStore {
  const { world } = life;
  const { trace } = world;
  const blocks = new Blocks(blockBytes);
  const meet = (what: string): void => {
    const rate = world.faults.slowDownRate;
    if (rate <= 0 || !world.fate.strikes('slow down', rate, world.places.next(life.owner, 'bucket', what))) return;
    trace.mark('bucket-throttled');
    trace.note(life.name, `objects.${what} is told to slow down`);
    throw new ServiceError('BR-E0502', 'please reduce your request rate', { reason: 'throttled', effect: 'none' });
  };
  const signalOf = (options?: { readonly signal?: AbortSignal }): AbortSignal | undefined => options?.signal;
  return {
    uri: state.uri,
    head: (key, options) =>
      carry(life, {
        kind: 'objects.head',
        about: key,
        isRead: true,
        signal: signalOf(options),
        land: () => {
          meet('head');
          return state.info(key);
        },
      }),
    open: (key, options = {}) =>
      carry(life, {
        kind: 'objects.open',
        about: key,
        isRead: true,
        signal: signalOf(options),
        land: () => {
          meet('open');
          const info = state.info(key);
          if (info === undefined) return undefined;
          if (options.ifMatch !== undefined && options.ifMatch !== info.etag) throw new InputError('BR-E0118', `${key} changed`);
          return source(state.bytes(key)!.subarray(options.from ?? 0, options.to));
        },
      }),
    create: (key, options = {}) =>
      sink(blocks, {
        // a block that is full is sent at once; nobody sees it before the commit
        send: () =>
          carry(life, {
            kind: 'objects.part',
            about: key,
            isRead: true,
            mayBeLate: false,
            signal: signalOf(options),
            land: () => meet('part'),
          }),
        commit: (bytes) =>
          carry(life, {
            kind: 'objects.put',
            about: key,
            mayBeLate: false,
            signal: signalOf(options),
            land: () => {
              meet('put');
              if (options.ifAbsent === true && state.info(key) !== undefined) throw exists(key);
              trace.note(life.name, `objects.put ${key}, ${bytes.length} bytes`);
              return state.put(key, bytes);
            },
          }),
      }),
    async *list(prefix, options) {
      const pageSize = 7;
      let after = '';
      for (;;) {
        const at = after;
        const page = await carry<readonly ObjectInfo[]>(life, {
          kind: 'objects.list',
          about: prefix,
          // what is decided by a look at a job's output is worth a freeze
          ...(prefix.includes('/output/') ? { risk: 5 } : { isRead: true }),
          signal: signalOf(options),
          land: () => {
            meet('list');
            return state
              .keys(prefix)
              .filter((key) => key > at)
              .slice(0, pageSize)
              .map((key) => state.info(key)!);
          },
        });
        yield* page;
        if (page.length < pageSize) return;
        after = page.at(-1)!.key;
      }
    },
    remove: (keys, options) =>
      carry(life, {
        kind: 'objects.remove',
        about: String(keys.length),
        mayBeLate: false,
        signal: signalOf(options),
        land: () => {
          meet('remove');
          for (const key of keys) {
            trace.note(life.name, `objects.remove ${key}`);
            state.remove(key);
          }
        },
      }),
  };
}

function exists(key: string): ServiceError {
  return new ServiceError('BR-E0505', `${key} exists`, { reason: 'conflict', effect: 'none' });
}

/** Whole in memory once it is open: a read that breaks off is resumed inside a real adapter. */
function source(bytes: Uint8Array): ByteSource {
  let at = 0;
  return {
    async readInto(block) {
      const part = bytes.subarray(at, at + block.length);
      block.set(part);
      at += part.length;
      return part.length;
    },
    async close() {},
  };
}

interface Upload {
  send(): Promise<void>;
  commit(bytes: Uint8Array): Promise<ObjectInfo>;
}

/** Blocks that one process writes with, used again by its next object. */
class Blocks {
  readonly bytes: number;
  readonly #free: Uint8Array[] = [];

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(this.bytes);
  }

  /** What a writer still reads from it is garbage. */
  give(block: Uint8Array): void {
    block.fill(0xee);
    this.#free.push(block);
  }
}

function sink(blocks: Blocks, upload: Upload): ObjectSink {
  const chunks: Uint8Array[] = [];
  const blockBytes = blocks.bytes;
  let own: Uint8Array | undefined;
  let isLost = false;
  const end = (): void => {
    if (own !== undefined) blocks.give(own);
    own = undefined;
  };
  return {
    blockBytes,
    block: () => {
      own ??= blocks.take();
      return own;
    },
    async write(full) {
      chunks.push(full.slice());
      // The block was given away: what a writer still reads from it is garbage.
      full.fill(0xee);
      if (full.length < blockBytes) return new Uint8Array(full.buffer, 0, blockBytes);
      try {
        await upload.send();
      } catch (error) {
        isLost = true;
        throw error;
      }
      return full;
    },
    // what was lost cannot be sent again: its block was given away
    commit: async () => {
      invariant(!isLost, 'an object is committed though a part of it was not sent');
      end();
      return upload.commit(joined(chunks));
    },
    async abort() {
      end();
      chunks.length = 0;
    },
  };
}

/** In memory of its own: a buffer from the pool would keep those beside it. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
