import {
  type ExportCounts,
  exportResults,
  type ObjectSink,
  type ResultWriter,
  type RunPorts,
  readRun,
  StateError,
} from '@batchrock/core';
import { createCsvWriter, createJsonlWriter, openDataset } from '@batchrock/formats';
import { createFileSink, loadDigest } from '../node/index.ts';
import { type KnownExport, type OutputFormat, outputExists, whatStandsAt } from '../request/output.ts';
import { hashFile } from '../sources/index.ts';
import { type OutcomeName, onlyOutcomes } from './only-outcomes.ts';

/** What is exported, and how it is followed. */
export interface ExportOptions {
  readonly run: string;
  readonly format: OutputFormat;
  /** Rows with one of these outcomes only; default: all. */
  readonly only?: readonly OutcomeName[];
  readonly signal?: AbortSignal;
  /** Rows looked at so far. */
  readonly onProgress?: (rows: number) => void;
}

/** Writes the results of a run into a sink, as they are at this moment. */
export function exportTo(ports: RunPorts, sink: ObjectSink, o: ExportOptions): Promise<ExportCounts> {
  const writer = o.format === 'csv' ? createCsvWriter(sink) : createJsonlWriter(sink);
  return exportWith(ports, onlyOutcomes(writer, o.only), o);
}

/** Gives every row of a run with its outcome to a writer. */
export async function exportWith(ports: RunPorts, writer: ResultWriter, o: Omit<ExportOptions, 'format'>): Promise<ExportCounts> {
  const reading = await readRun(ports, o.run, { signal: o.signal });
  if (reading === undefined) throw new StateError('BR-E0201', `no run ${o.run} in this ledger`, { details: { run: o.run } });
  return exportResults(ports, {
    ...reading,
    writer,
    openRows: (source, dialect, from) =>
      openDataset(source, { shape: { format: dialect.format }, name: reading.document.source.name, dialect, from }),
    signal: o.signal,
    onProgress: o.onProgress,
  });
}

/** Where a results file goes. */
export interface WriteOptions extends ExportOptions {
  readonly path: string;
  /** A file at that path may be replaced. */
  readonly replace: boolean;
  /** What was written for this run before. */
  readonly known: readonly KnownExport[];
  /** Told what the file will be before it appears: so that a file of ours is known even if we die the moment after. */
  readonly beforeCommit?: (file: KnownExport) => Promise<void>;
}

/** A results file as it was written. */
export interface WrittenFile extends KnownExport {
  readonly rows: number;
  readonly unchanged: boolean;
}

/** Writes a results file that appears whole or not at all; one that is the same already is left alone. */
export async function writeResults(ports: RunPorts, o: WriteOptions): Promise<WrittenFile> {
  const sink = createFileSink(o.path, o.replace ? { mode: 0o644 } : { mode: 0o644, ifAbsent: 'output' });
  const digest = (await loadDigest()).start();
  let file: KnownExport = { path: o.path, bytes: 0, xxh128: '' };
  let unchanged = false;
  const guarded: ObjectSink = {
    blockBytes: sink.blockBytes,
    block: () => sink.block(),
    write(full) {
      digest.update(full);
      file = { ...file, bytes: file.bytes + full.length };
      return sink.write(full);
    },
    async commit() {
      file = { ...file, xxh128: digest.hex() };
      unchanged = await isSameFile(o.path, file);
      if (unchanged) {
        await sink.abort();
        return { key: o.path, size: file.bytes, etag: file.xxh128 };
      }
      if (!o.replace && (await whatStandsAt(o.path, o.known)) !== 'nothing') throw outputExists(o.path);
      await o.beforeCommit?.(file);
      return sink.commit();
    },
    abort: () => sink.abort(),
  };
  const counts = await exportTo(ports, guarded, o);
  return { ...file, rows: counts.rows, unchanged };
}

async function isSameFile(path: string, file: KnownExport): Promise<boolean> {
  if ((await whatStandsAt(path, [file])) !== 'ours') return false;
  return (await hashFile(path)) === file.xxh128;
}
