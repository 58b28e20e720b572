export { AnswerFields } from './answer-fields.ts';
export { createRecordEncoder, type RecordEncoderSpec } from './byte-encoder.ts';
export { LineKind, OutputDecoder } from './decode.ts';
export { type ByteView, byteView, copyBytes, escapedLength, MAX_ESCAPED, ownView, writeEscaped } from './escape-json.ts';
export { whyNotRequested } from './family-encoder.ts';
export { MODEL_INPUT_COLUMN } from './given-encoder.ts';
export {
  isSentinelOrdinal,
  ordinalOf,
  RECORD_ID_LENGTH,
  recordId,
  recordPrefixBytes,
  SENTINEL_FIRST_ORDINAL,
  subIndexOf,
  writeRecordId,
} from './ids.ts';
export { hexValue } from './json-scan.ts';
export { jsonText } from './json-text.ts';
export { SCHEMA_MISMATCH } from './judge-answer.ts';
export { addressOf, allowKernel, kernelFunctions, linkKernel, releaseBlock, takeBlock } from './kernel.ts';
export { AnswerLiterals, LiteralBlock, writeCsvAnswer, writeCsvCell, writeJsonCell } from './kernel-results.ts';
export { JsonKeys, type ScannedRows, type Stretch, scanCsvRows } from './kernel-rows.ts';
export { rowValue } from './openai-encoder.ts';
export {
  type DuplicateOutcome,
  encodeOutcome,
  encodeRejectedOutcome,
  type Outcome,
  parseOutcome,
  type RejectedOutcome,
  type UnsentOutcome,
} from './outcome-line.ts';
export { OutcomeReader } from './outcome-reader.ts';
export { emptyOutcomeSpans, hasKeptAnswer, isCutOff, type OutcomeSpans, OutcomeStatus, readOutcome } from './outcome-spans.ts';
export { type EncodeLimits, NEEDS_SPACE, type OutputBlock, REQUEST_AT, type RecordEncoder } from './record-encoder.ts';
export { keepsWholeOutput, type OpenAiAsk, type RequestSpec } from './request-bytes.ts';
export { CellKind, REJECT_CODES, RejectReason, type RowBatch } from './row-batch.ts';
export { unpackFloats, vectorTextRoom, writeVector } from './vector-pack.ts';
