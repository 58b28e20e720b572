import { type ExportThreadData, openExportWork } from './export-work.ts';
import type { MadePiece, PieceTask } from './parquet-pieces.ts';
import { serveTasks } from './task-server.ts';

serveTasks<ExportThreadData, PieceTask, MadePiece>((data) => openExportWork(data).work);
