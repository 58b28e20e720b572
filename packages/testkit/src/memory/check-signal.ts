import { type CallOptions, CancelledError } from '@batchrock/core';

/** Rejects a call whose signal is aborted, as every port does. */
export function checkSignal(options: CallOptions): void {
  if (options.signal?.aborted) throw new CancelledError('cancelled', { cause: options.signal.reason });
}
