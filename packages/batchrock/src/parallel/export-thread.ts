import { createS3ObjectStore } from '@batchrock/aws';
import type { PartBody, RunBody, RunDocument } from '@batchrock/core';
import type { StoreAccess } from '../compose/connection.ts';
import { plainCompression, zstdCompression } from '../node/index.ts';
import { keptRowsOf } from '../sdk/kept-rows.ts';
import { type MadePiece, makePiece, type PieceTask } from './parquet-pieces.ts';
import { serveTasks } from './task-server.ts';

/** What a thread of an export knows from the start. */
export interface ExportThreadData {
  readonly store: StoreAccess;
  readonly document: RunDocument;
  readonly run: RunBody;
  readonly parts: readonly PartBody[];
}

serveTasks<ExportThreadData, PieceTask, MadePiece>(({ store, document, run, parts }) => {
  const ports = {
    objects: createS3ObjectStore(store.s3),
    compression: store.isCompressed ? zstdCompression() : plainCompression,
  };
  const openRows = keptRowsOf(document);
  return (rows, sink) => makePiece(ports, { document, run, parts, openRows }, rows, sink);
});
