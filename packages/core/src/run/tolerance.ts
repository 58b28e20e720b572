import { CancelledError, isBatchrockError, isServiceError } from '../errors/index.ts';

/** Throws a `CancelledError` when the signal is aborted. */
export function checkCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError('cancelled', { cause: signal.reason });
}

/** True for what may be gone at the next try: the network, a throttle, a busy ledger. A full disk is not. */
export function isPassing(error: unknown): boolean {
  if (!isBatchrockError(error)) return false;
  if (error.code === 'BR-E0203') return true;
  if (error.code === 'BR-E0508') return false;
  return isServiceError(error) && error.reason !== 'denied' && error.reason !== 'invalid';
}

/**
 * True for what is wrong with one run alone: a document that is gone, an item of another version. Whoever looks after several
 * runs goes on with the others.
 */
export function isOfOneRun(error: unknown): boolean {
  return isBatchrockError(error) && error.kind === 'state' && error.code !== 'BR-E0203';
}

/**
 * Runs a step, and lets a passing failure pass: every step is found again in the ledger by the next round, so one part
 * that cannot be reached must not hold up the others. Any other error is thrown.
 */
export async function tolerate<T>(
  step: () => Promise<T>,
  note: (error: unknown) => void,
  mayPass: (error: unknown) => boolean = isPassing,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (!mayPass(error)) throw error;
    note(error);
    return undefined;
  }
}
