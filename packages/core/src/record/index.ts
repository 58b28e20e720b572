export { encodeOutcome, encodeRejectedOutcome, type Outcome, parseOutcome, type RejectedOutcome } from './outcome-line.ts';
export { CellKind, REJECT_CODES, RejectReason, type RowBatch } from './row-batch.ts';
