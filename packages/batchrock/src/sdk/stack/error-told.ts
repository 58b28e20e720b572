import { type BatchrockError, ERROR_CATALOGUE, type ErrorCode, InputError, ServiceError, StateError } from '@batchrock/core';

/** What is known of an error beside its code and its sentence. */
export interface ErrorContext {
  /** Of errors that are neither of the input nor of the state: what to do beside the hint of their code. */
  readonly next?: string;
  /** Of errors of the input and of the state; default: that of the code. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** What kind of refusal a code of the service stands for, where only the code is left of the error. */
export function refusalKind(code: ErrorCode): 'denied' | 'invalid' {
  return code === 'BR-E0501' || code === 'BR-E0513' ? 'denied' : 'invalid';
}

/** The error that a function in an account has told by its code, of the same kind as it was there; undefined for one of no code of ours. */
export function errorTold(code: string, message: string, { next, hint, details = {} }: ErrorContext): BatchrockError | undefined {
  if (!(code in ERROR_CATALOGUE)) return undefined;
  const known = code as ErrorCode;
  const more = { details, ...(hint !== undefined && { hint }) };
  if (known.startsWith('BR-E01')) return new InputError(known, message, more);
  if (known.startsWith('BR-E02')) return new StateError(known, message, more);
  const remedy = ERROR_CATALOGUE[known].hint;
  return new ServiceError(known, message, {
    reason: refusalKind(known),
    effect: 'none',
    hint: next === undefined ? remedy : `${remedy}; then ${next}`,
    details,
  });
}
