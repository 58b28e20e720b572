import {
  CancelledError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorKind,
  InputError,
  InvariantError,
  isBatchrockError,
  ServiceError,
  StateError,
} from '@batchrock/core';

/** An error as plain data: between threads an error keeps its message alone. */
export interface ToldError {
  readonly message: string;
  readonly stack?: string;
  /** Of an error of ours. */
  readonly ours?: {
    readonly kind: ErrorKind;
    readonly code: ErrorCode;
    readonly hint: string;
    readonly details: ErrorDetails;
    readonly service?: Pick<ServiceError, 'reason' | 'effect' | 'retryAfterMs'>;
  };
  readonly cause?: ToldError;
}

/** What a thread says of an error. */
export function tellError(error: unknown): ToldError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack, cause } = error;
  const told = { message, ...(stack !== undefined && { stack }), ...(cause !== undefined && { cause: tellError(cause) }) };
  if (!isBatchrockError(error)) return told;
  const { kind, code, hint, details } = error;
  const ours = { kind, code, hint, details };
  if (kind !== 'service') return { ...told, ours };
  const { reason, effect, retryAfterMs } = error as ServiceError;
  return { ...told, ours: { ...ours, service: { reason, effect, retryAfterMs } } };
}

/** The error that a thread told of, of the same kind and code. */
export function heardError(told: ToldError): Error {
  const error = errorOf(told);
  // where it happened says more than where it was heard
  if (told.stack !== undefined) error.stack = told.stack;
  return error;
}

function errorOf({ message, ours, cause: toldCause }: ToldError): Error {
  const cause = toldCause && heardError(toldCause);
  if (ours === undefined) return new Error(message, cause && { cause });
  const { code, hint, details, service } = ours;
  const options = { hint, details, ...(cause && { cause }) };
  switch (ours.kind) {
    case 'input':
      return new InputError(code, message, options);
    case 'state':
      return new StateError(code, message, options);
    case 'service':
      return new ServiceError(code, message, { ...options, reason: 'unavailable', effect: 'unknown', ...service });
    case 'cancelled':
      return new CancelledError(message, options);
    case 'invariant':
      return new InvariantError(message, options);
  }
}
