import { rm } from 'node:fs/promises';
import type { ObjectSink } from '@batchrock/core';
import { createFileSink, type FileSink, loadDigest } from '../node/index.ts';
import { type KnownExport, type NotedExport, outputExists, type WholeExport, whatStandsAt } from '../request/output.ts';
import { hashFile } from '../sources/index.ts';

/** How files of results may take their places. */
export interface PublishOptions {
  /** What stands at their places may be replaced. */
  readonly replace: boolean;
  /** What was written for this run before. */
  readonly known: readonly KnownExport[];
  /** Files that are in the way of a reader of these: left over from another export. Removed, if they may be replaced. */
  readonly stale: (files: readonly KnownExport[]) => Promise<readonly string[]>;
  /** Of which whole export they are; absent where rows are left out, or may still change. */
  readonly whole?: Omit<WholeExport, 'files'> | undefined;
  /** Told what the files will be before the first appears: so that a file of ours is known even if we die the moment after. */
  readonly beforeCommit?: (files: readonly NotedExport[]) => Promise<void>;
}

/** A file that is written and not yet seen. */
interface SealedFile extends KnownExport {
  readonly sink: FileSink;
}

/**
 * The files of one export. Each is written beside its place and made durable; when all of them are, they take their places,
 * one after the other: so none is ever half, and none appears from an export that fails.
 */
export class ResultFiles {
  readonly #startDigest: Awaited<ReturnType<typeof loadDigest>>['start'];
  readonly #replace: boolean;
  readonly #sinks: FileSink[] = [];
  readonly #sealed: SealedFile[] = [];

  static async begin(options: { readonly replace: boolean }): Promise<ResultFiles> {
    const digest = await loadDigest();
    return new ResultFiles(() => digest.start(), options.replace);
  }

  constructor(startDigest: Awaited<ReturnType<typeof loadDigest>>['start'], replace: boolean) {
    this.#startDigest = startDigest;
    this.#replace = replace;
  }

  /** A sink whose commit leaves the file hidden. */
  open(path: string): ObjectSink {
    const options = { mode: 0o644, clearsAbandoned: true };
    const sink = createFileSink(path, this.#replace ? options : { ...options, ifAbsent: 'output' });
    this.#sinks.push(sink);
    const digest = this.#startDigest();
    let bytes = 0;
    return {
      blockBytes: sink.blockBytes,
      block: () => sink.block(),
      write(full) {
        digest.update(full);
        bytes += full.length;
        return sink.write(full);
      },
      commit: async () => {
        await sink.seal();
        const file = { path, bytes, xxh128: digest.hex() };
        this.#sealed.push({ ...file, sink });
        return { key: path, size: bytes, etag: file.xxh128 };
      },
      abort: () => sink.abort(),
    };
  }

  /** Gives all files their places; those that stand there already with the same bytes are left alone. */
  async publish(o: PublishOptions): Promise<{ readonly files: readonly KnownExport[]; readonly unchanged: boolean }> {
    const files = this.#sealed.map(({ path, bytes, xxh128 }): KnownExport => ({ path, bytes, xxh128 }));
    const changed: SealedFile[] = [];
    for (const file of this.#sealed) {
      if (await isSameFile(file)) await file.sink.abort();
      else if (o.replace || (await whatStandsAt(file.path, o.known)) === 'nothing') changed.push(file);
      else throw outputExists(file.path);
    }
    const stale = await o.stale(files);
    if (!o.replace && stale[0] !== undefined) throw outputExists(stale[0]);
    const whole = o.whole && { whole: { ...o.whole, files: files.length } };
    // also where all of them stand there already: what they are of may be another thing than when they were noted
    await o.beforeCommit?.(files.map((file): NotedExport => ({ ...file, ...whole })));
    for (const file of changed) await file.sink.commit();
    for (const path of stale) await rm(path, { force: true });
    return { files, unchanged: changed.length === 0 };
  }

  /** Leaves no trace of what has not taken its place. */
  async abort(): Promise<void> {
    for (const sink of this.#sinks) await sink.abort();
  }
}

async function isSameFile(file: KnownExport): Promise<boolean> {
  if ((await whatStandsAt(file.path, [file])) !== 'ours') return false;
  return (await hashFile(file.path)) === file.xxh128;
}
