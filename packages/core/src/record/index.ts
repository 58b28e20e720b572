export { CellKind, REJECT_CODES, RejectReason, type RowBatch } from './row-batch.ts';
