export type { Batch, BatchRetryOptions, ResultsOptions } from './batch.ts';
export type { BatchOptions } from './batch-options.ts';
export type { BatchResults, ChatChoice, ChatResult, EmbeddingResult, UnsuccessfulResult } from './batch-results.ts';
export type { BatchStatus } from './batch-status.ts';
export {
  ChatCompletionBatch,
  type ChatMessages,
  chatCompletionBatch,
  EmbeddingBatch,
  embeddingBatch,
  type LoadOptions,
  type RequestFields,
} from './make-batch.ts';
export type { BatchLine } from './request-file.ts';
