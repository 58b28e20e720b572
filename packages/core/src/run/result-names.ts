import type { ResultNames } from '../ports/index.ts';

/** What stands before a column of ours whose name the dataset has already. */
const PREFIX = 'batchrock_';

/** The names of our columns beside these columns of the input, none of which is ever renamed. `answer`: as it is without them. */
export function resultNames(columns: readonly string[], answer: 'response' | 'embedding' | 'model_output'): ResultNames {
  const taken = new Set(columns);
  const free = (name: string): string => (taken.has(name) ? free(PREFIX + name) : name);
  return {
    answer: free(answer),
    status: free('status'),
    errorCode: free('error_code'),
    errorMessage: free('error_message'),
    stopReason: free('stop_reason'),
    inputTokens: free('input_tokens'),
    outputTokens: free('output_tokens'),
    recordId: free('record_id'),
  };
}
