import { tmpdir } from 'node:os';
import { createS3ObjectStore } from '@batchrock/aws';
import type { PartBody, RunBody, RunDocument } from '@batchrock/core';
import { ParquetMemory } from '@batchrock/formats';
import type { StoreAccess } from '../compose/connection.ts';
import { createScratch, plainCompression, zstdCompression } from '../node/index.ts';
import { keptRowsOf } from '../request/kept-rows.ts';
import { type MadePiece, makePiece, type PieceTask } from './parquet-pieces.ts';
import type { TaskWork } from './task-server.ts';

/** What a thread of an export knows from the start. */
export interface ExportThreadData {
  readonly store: StoreAccess;
  readonly document: RunDocument;
  readonly run: RunBody;
  readonly parts: readonly PartBody[];
}

/** What a thread of an export does. `close` gives its connections back. */
export function openExportWork({ store, document, run, parts }: ExportThreadData): {
  readonly work: TaskWork<PieceTask, MadePiece>;
  close(): void;
} {
  const objects = createS3ObjectStore(store.s3);
  const compression = store.isCompressed ? zstdCompression() : plainCompression;
  const ports = { objects, compression, scratch: createScratch(tmpdir()) };
  const input = { document, run, parts, openRows: keptRowsOf(document), memory: new ParquetMemory() };
  return {
    work: (rows, sink, signal) => makePiece(ports, { ...input, signal }, rows, sink),
    close: () => objects.destroy(),
  };
}
