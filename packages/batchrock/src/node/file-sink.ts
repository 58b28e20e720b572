import { constants } from 'node:fs';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { freemem } from 'node:os';
import {
  CACHE_SHARE,
  GrowingFile,
  InputError,
  type ObjectInfo,
  type ObjectSink,
  type OpenFile,
  type PageCache,
  ServiceError,
} from '@batchrock/core';
import { noteAround } from './around-files.ts';
import { BLOCK_BYTES, blocks, LARGE_BLOCK_BYTES, largeBlocks } from './blocks.ts';
import { storageError, systemErrorCode } from './storage-error.ts';
import { removeAbandoned, temporaryName } from './temporary-name.ts';

/** How a file is written. */
export interface FileSinkOptions {
  /** Commit fails when the file exists: `BR-E0111` for results, `conflict` for objects. Default: replace it. */
  readonly ifAbsent?: 'output' | 'object';
  /** Make the content durable before the file appears; default true. */
  readonly sync?: boolean;
  /** Bytes of a block; default 256 KiB, which stays in the processor's cache, and 1 MiB once the file is large. */
  readonly blockBytes?: number;
  /** Bytes after which the disk is set to work on them, so that little is left for the end; default 32 MiB. */
  readonly syncBytes?: number;
  /** Permission bits of the file; default 0o600. */
  readonly mode?: number;
  /** Take away what processes that were killed have left of the same file; default false. */
  readonly clearsAbandoned?: boolean;
  /** What it goes through; default: what all files of the thread do. */
  readonly cache?: PageCache;
  /** What `commit` reports as key; default: the path. */
  readonly key?: string;
}

/** A sink whose file can be whole and durable before it appears, and takes no handle while it waits. */
export interface FileSink extends ObjectSink {
  /** Ends the file: nothing is written any more; `commit` only gives it its name. */
  seal(): Promise<void>;
}

/** A file that is whole: its bytes, and what tells them from every other content of it. */
type SealedFile = Pick<ObjectInfo, 'size' | 'etag'>;

/** For all files of this thread. */
const pageCache: PageCache = {
  room: CACHE_SHARE * freemem(),
  spared: 0,
  kernelMs: () => process.cpuUsage().system / 1000,
};

/** A file that has so many bytes will have many more. */
const LARGE_FILE_BYTES = 1 << 26;

/**
 * Writes a file that appears whole or not at all: bytes go to a hidden neighbour, which takes the name at commit.
 * One block is being written while the caller fills the other.
 */
export function createFileSink(path: string, options: FileSinkOptions = {}): FileSink {
  const blockBytes = options.blockBytes ?? BLOCK_BYTES;
  const syncBytes = options.sync === false ? 0 : (options.syncBytes ?? 1 << 25);
  const temporary = temporaryName(path);
  let file: GrowingFile | undefined;
  let pending: Promise<void> = Promise.resolve();
  let spare: Uint8Array | undefined;
  /** What the caller fills. */
  let filling: Uint8Array | undefined;
  let sealed: SealedFile | undefined;

  async function begin(): Promise<GrowingFile> {
    if (options.clearsAbandoned) await removeAbandoned(path);
    const made = await open(temporary, 'wx', options.mode ?? 0o600);
    return new GrowingFile(made, { syncBytes, cache: options.cache ?? pageCache, openAround: () => openAround(temporary) });
  }

  async function writeBlock(block: Uint8Array): Promise<void> {
    try {
      file ??= await begin();
      await file.write(block);
    } catch (error) {
      throw storageError(error, `write ${path}`);
    }
  }

  async function seal(): Promise<SealedFile> {
    if (sealed !== undefined) return sealed;
    await pending;
    file ??= await begin();
    const { size } = file;
    await file.end();
    const { isAround } = file;
    file = undefined;
    const facts = await stat(temporary, { bigint: true });
    const { mtimeNs, ino } = facts;
    if (isAround) noteAround(facts);
    sealed = { size, etag: `${ino}-${size}-${mtimeNs}` };
    return sealed;
  }

  async function abort(): Promise<void> {
    await pending.catch(() => undefined);
    await file?.close().catch(() => undefined);
    file = undefined;
    await rm(temporary, { force: true }).catch(() => undefined);
  }

  /** Only behind a commit: who fails may not know yet that the file is given up, and go on filling its block. */
  function giveBack(): void {
    giveToPools(filling);
    giveToPools(spare);
    filling = spare = undefined;
  }

  return {
    blockBytes,
    block() {
      filling = newBlock(blockBytes);
      return filling;
    },
    async write(full) {
      await pending;
      pending = writeBlock(full);
      pending.catch(() => undefined);
      const isLarge = options.blockBytes === undefined && (file?.size ?? 0) >= LARGE_FILE_BYTES;
      const bytes = isLarge ? LARGE_BLOCK_BYTES : blockBytes;
      filling = spare?.byteLength === bytes ? spare : newBlock(bytes);
      if (filling !== spare) giveToPools(spare);
      spare = full;
      return filling;
    },
    async seal() {
      try {
        await seal();
      } catch (error) {
        await abort();
        throw storageError(error, `write ${path}`);
      }
    },
    async commit(): Promise<ObjectInfo> {
      try {
        const { size, etag } = await seal();
        if (options.ifAbsent) await link(temporary, path);
        else await rename(temporary, path);
        giveBack();
        return { key: options.key ?? path, size, etag };
      } catch (error) {
        if (options.ifAbsent && systemErrorCode(error) === 'EEXIST') throw existsError(path, options.ifAbsent, error);
        throw storageError(error, `write ${path}`);
      } finally {
        await abort();
      }
    },
    abort,
  };
}

/** Linux alone knows this way, and not on each file system. */
async function openAround(path: string): Promise<OpenFile | undefined> {
  return constants.O_DIRECT === undefined ? undefined : open(path, constants.O_WRONLY | constants.O_DIRECT);
}

function newBlock(bytes: number): Uint8Array {
  const pool = [blocks, largeBlocks].find(({ blockBytes }) => blockBytes === bytes);
  return pool?.take() ?? new Uint8Array(bytes);
}

/** Each takes what is its own. */
function giveToPools(block: Uint8Array | undefined): void {
  blocks.give(block);
  largeBlocks.give(block);
}

function existsError(path: string, kind: 'output' | 'object', cause: unknown) {
  if (kind === 'output') return new InputError('BR-E0111', `${path} exists already`, { cause });
  return new ServiceError('BR-E0505', `object ${path} exists already`, { reason: 'conflict', effect: 'none', cause });
}
