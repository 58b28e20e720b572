export type { Batch, BatchRetryOptions, ResultsOptions } from './batch.ts';
export type { BatchOptions } from './batch-options.ts';
export type { BatchResults, ChatChoice, ChatResult, EmbeddingResult, OutputLine, UnsuccessfulResult } from './batch-results.ts';
export { type BatchStatus, batchStatus } from './batch-status.ts';
export {
  ChatCompletionBatch,
  type ChatMessages,
  chatCompletionBatch,
  EmbeddingBatch,
  embeddingBatch,
  type LoadOptions,
  type RequestFields,
} from './make-batch.ts';
export { type BatchLine, keepLines } from './request-file.ts';
