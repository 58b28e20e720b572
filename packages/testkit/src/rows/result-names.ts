import type { ResultNames } from '@batchrock/core';

/** The names that our columns have beside columns of a dataset that are called otherwise. */
export const RESULT_NAMES: ResultNames = {
  answer: 'response',
  status: 'status',
  errorCode: 'error_code',
  errorMessage: 'error_message',
  stopReason: 'stop_reason',
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  recordId: 'record_id',
};
