import { isBatchrockError } from '@batchrock/core';
import { hintFor } from '../failure/index.ts';
import type { FileReason } from '../files/index.ts';

/** An error as the reason of a file: its code, what is wrong and what to do. */
export function reasonOfError(error: unknown): FileReason {
  if (!isBatchrockError(error)) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    return { code: name, message };
  }
  const hint = hintFor(error.code, error.hint);
  return { code: error.code, message: hint === '' ? error.message : `${error.message}; ${hint}` };
}
