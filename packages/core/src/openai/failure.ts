import type { ChatReply } from '../model/index.ts';
import type { OpenAiBody } from './answer.ts';

/** Why a line has no answer. */
export interface AnswerFailure {
  readonly code: string;
  readonly message: string;
  /** The field of the request that is to blame. */
  readonly param?: string;
}

/** The HTTP status that InvokeModel and Converse give with an exception (Bedrock API reference, 2026-11), and that of our own codes. */
const STATUS: Readonly<Record<string, number>> = {
  ValidationException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ModelTimeoutException: 408,
  ConflictException: 409,
  ModelErrorException: 424,
  ModelNotReadyException: 429,
  ThrottlingException: 429,
  ServiceQuotaExceededException: 429,
  InternalServerException: 500,
  ServiceUnavailableException: 503,
  schema_mismatch: 422,
};

/** A reply that makes no sense, and may if the same is asked again; undefined for one that does. */
export function failureOfReply(reply: ChatReply): (AnswerFailure & { readonly retryable: true }) | undefined {
  if (reply.finish !== 'malformed') return undefined;
  const said = reply.stopReason === '' ? 'malformed_model_output' : reply.stopReason;
  return {
    code: said,
    message: `the model ended with ${said}: what it wrote makes no sense, and may if it is asked again`,
    retryable: true,
  };
}

/** The HTTP status of a code: the code itself where it is one; 500 for codes that are not known. */
export function statusOf(code: string): number {
  const name = code.slice(code.lastIndexOf('#') + 1);
  const status = Number(name);
  if (Number.isInteger(status) && status >= 400 && status < 600) return status;
  return Object.hasOwn(STATUS, name) ? STATUS[name]! : 500;
}

/** `{error:{…}}`, as OpenAI's API answers what fails. */
export function errorBody({ code, message, param }: AnswerFailure, status: number): OpenAiBody {
  return { error: { message, type: errorType(status), param: param ?? null, code } };
}

/** OpenAI's words for kinds of errors (API reference, error codes, 2026-11). */
function errorType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 && status !== 408 && status !== 424 ? 'invalid_request_error' : 'server_error';
}
