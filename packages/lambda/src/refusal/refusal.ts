import { InputError } from '@batchrock/core';

/** What this package refuses by itself. Step Functions shows the name as the error of the task. */
export type RefusalName = 'InvalidInput' | 'InvalidManifestKey' | 'InvalidModelId' | 'InvalidOutputPlace';

/** An error whose name a state machine can catch. */
export function refusal(name: RefusalName, message: string): InputError {
  const error = new InputError('BR-E0120', message);
  error.name = name;
  return error;
}

/** What Bedrock calls a request that no repetition can mend, and our own refusals. */
const FINAL = new Set([
  'ValidationException',
  'AccessDeniedException',
  'ResourceNotFoundException',
  'InvalidManifestKey',
  'InvalidModelId',
  'InvalidOutputPlace',
]);

/** True for an error that would come again however often the call is repeated. */
export function isFinal(error: unknown): error is Error {
  return error instanceof Error && FINAL.has(error.name);
}
