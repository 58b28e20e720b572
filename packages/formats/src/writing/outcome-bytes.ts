import { type ResultRow, ResultStatus, vectorTextRoom } from '@batchrock/core';

/** Most bytes of the texts of an outcome, as they stand in its line; of a vector, those of its text. */
export function outcomeBytes({ status, outcome }: ResultRow): number {
  if (status === ResultStatus.pending) return 0;
  const bytes = outcome.end - outcome.start;
  return status === ResultStatus.succeeded && outcome.isEmbedding ? bytes + vectorTextRoom(bytes) : bytes;
}
