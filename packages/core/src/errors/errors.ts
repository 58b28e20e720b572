import { ERROR_CATALOGUE, type ErrorCode } from './catalogue.ts';

/** Values that survive `JSON.stringify` unchanged; all that an error may carry beside its message. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>;

/** What an error may say beside its message. */
export interface ErrorOptions {
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
  /** Takes the place of the catalogue's hint where a more exact remedy is known. */
  readonly hint?: string;
}

/** The five branches of the error tree. */
export type ErrorKind = 'input' | 'state' | 'service' | 'cancelled' | 'invariant';

/** The root of the tree. Tell errors apart by `kind` and `code`, never by `instanceof`. */
export abstract class BatchrockError extends Error {
  abstract readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? ERROR_CATALOGUE[code].hint;
    this.details = options.details ?? {};
    this.name = new.target.name;
  }
}

/** The caller's row, option or configuration is wrong. Trying again cannot help. */
export class InputError extends BatchrockError {
  readonly kind = 'input';
}

/** The durable state does not allow it: not found, busy, illegal step. */
export class StateError extends BatchrockError {
  readonly kind = 'state';
}

/** Why a dependency refused or failed. */
export type ServiceErrorKind = 'quota' | 'throttled' | 'conflict' | 'invalid' | 'denied' | 'unavailable';

/** What is known about a failed call. */
export interface ServiceErrorOptions extends ErrorOptions {
  readonly reason: ServiceErrorKind;
  /** `none`: the call surely changed nothing. `unknown`: it may have taken effect (lost reply, timeout, 5xx). */
  readonly effect: 'none' | 'unknown';
  /** Milliseconds to wait before another try, where the service said so. */
  readonly retryAfterMs?: number;
  /** It refused the role that it was to take, which may be no more than too new. */
  readonly isOfRole?: boolean;
}

/** A dependency refused or failed. Says itself whether the call may have taken effect. */
export class ServiceError extends BatchrockError {
  readonly kind = 'service';
  readonly reason: ServiceErrorKind;
  readonly effect: 'none' | 'unknown';
  readonly retryAfterMs: number | undefined;
  readonly isOfRole: boolean;

  constructor(code: ErrorCode, message: string, options: ServiceErrorOptions) {
    super(code, message, options);
    this.reason = options.reason;
    this.effect = options.effect;
    this.retryAfterMs = options.retryAfterMs;
    this.isOfRole = options.isOfRole ?? false;
  }
}

/** A signal or a deadline ended the call. */
export class CancelledError extends BatchrockError {
  readonly kind = 'cancelled';
  constructor(message = 'cancelled', options: ErrorOptions = {}) {
    super('BR-E0801', message, options);
  }
}

/** Our bug. */
export class InvariantError extends BatchrockError {
  readonly kind = 'invariant';
  constructor(message: string, options: ErrorOptions = {}) {
    super('BR-E0901', message, options);
  }
}

/** True for every error of the tree, also one from another copy of this package. */
export function isBatchrockError(error: unknown): error is BatchrockError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code in ERROR_CATALOGUE;
}

/** True for a `ServiceError`, optionally of one reason. */
export function isServiceError(error: unknown, reason?: ServiceErrorKind): error is ServiceError {
  if (!isBatchrockError(error) || error.kind !== 'service') return false;
  return reason === undefined || (error as ServiceError).reason === reason;
}

/** Throws an `InvariantError` unless the condition holds. Kept on in production. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
