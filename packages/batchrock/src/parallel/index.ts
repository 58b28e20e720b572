export { joinPieces, type MadePiece, makePiece, type PieceTask, pieceTasks } from './parquet-pieces.ts';
export { serveTasks, type TaskWork } from './task-server.ts';
export { TaskThreads } from './task-threads.ts';
export { threadModule } from './thread-module.ts';
