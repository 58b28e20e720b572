import {
  type BatchrockError,
  CancelledError,
  type ErrorCode,
  isBatchrockError,
  ServiceError,
  type ServiceErrorKind,
} from '@batchrock/core';
import { isRoleRefusal } from './role-refusal.ts';
import { otherRegion } from './s3/other-region.ts';

/** What the SDK's errors carry, read without trusting their class. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly attempts: number;
  readonly systemCode: string | undefined;
}

function readSdkError(error: unknown): SdkError {
  const e = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const metadata = (e['$metadata'] ?? {}) as Record<string, unknown>;
  return {
    name: typeof e['name'] === 'string' ? e['name'] : 'Error',
    message: typeof e['message'] === 'string' && e['message'] !== '' ? e['message'] : String(e['name'] ?? error),
    status: typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : undefined,
    requestId: typeof metadata['requestId'] === 'string' ? metadata['requestId'] : undefined,
    attempts: typeof metadata['attempts'] === 'number' ? metadata['attempts'] : 1,
    systemCode: typeof e['code'] === 'string' ? e['code'] : undefined,
  };
}

/** Error names by what they mean to us; AWS puts the type in the name, not in the status (Conflict and quota are HTTP 400). */
const REASONS: Readonly<Record<string, ServiceErrorKind>> = {
  ServiceQuotaExceededException: 'quota',
  TooManyTagsException: 'invalid',
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',
  SlowDown: 'throttled',
  RequestLimitExceeded: 'throttled',
  ProvisionedThroughputExceededException: 'throttled',
  ConflictException: 'conflict',
  ConditionalRequestConflict: 'conflict',
  PreconditionFailed: 'conflict',
  ValidationException: 'invalid',
  ResourceNotFoundException: 'invalid',
  NoSuchBucket: 'invalid',
  PermanentRedirect: 'invalid',
  AuthorizationHeaderMalformed: 'invalid',
  InvalidObjectState: 'invalid',
  InvalidRequest: 'invalid',
  AccessDeniedException: 'denied',
  AccessDenied: 'denied',
  ExpiredToken: 'denied',
  ExpiredTokenException: 'denied',
  InvalidAccessKeyId: 'denied',
  InvalidSignatureException: 'denied',
  SignatureDoesNotMatch: 'denied',
  UnrecognizedClientException: 'denied',
  CredentialsProviderError: 'denied',
};

const CODES: Readonly<Record<ServiceErrorKind, ErrorCode>> = {
  quota: 'BR-E0507',
  throttled: 'BR-E0502',
  conflict: 'BR-E0505',
  invalid: 'BR-E0504',
  denied: 'BR-E0501',
  unavailable: 'BR-E0503',
};

/** Connections that were never made: such a call cannot have had an effect. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * Translates what an AWS client throws. `effect` is `none` only where the call surely changed nothing: it was refused at
 * its first attempt, or never connected. After a retry an earlier attempt may have taken effect without our knowing.
 * `hintIfDenied` says which permissions the call needs.
 */
export function translateError(error: unknown, operation: string, hintIfDenied?: string): BatchrockError {
  if (isBatchrockError(error)) return error;
  const sdk = readSdkError(error);
  if (sdk.name === 'AbortError') return new CancelledError(`${operation} was cancelled`, { cause: error });

  if (sdk.status === INSUFFICIENT_STORAGE) return serverFull(operation, error);
  const reason = reasonOf(sdk);
  const unreachable = NOT_CONNECTED.has(sdk.systemCode ?? '');
  const refused = unreachable || sdk.name === 'CredentialsProviderError' || (sdk.status !== undefined && sdk.status < 500);
  const remedy = remedyFor(sdk, error, hintIfDenied);
  return new ServiceError(unreachable ? 'BR-E0506' : CODES[reason], `${operation}: ${remedy?.message ?? sdk.message}`, {
    reason,
    ...(remedy === undefined ? {} : { hint: remedy.hint }),
    effect: refused && sdk.attempts <= 1 ? 'none' : 'unknown',
    ...((reason === 'invalid' || reason === 'denied') && isRoleRefusal(sdk.message) ? { isOfRole: true } : {}),
    cause: error,
    details: {
      awsError: sdk.name,
      ...(sdk.status === undefined ? {} : { status: sdk.status }),
      ...(sdk.requestId === undefined ? {} : { requestId: sdk.requestId }),
    },
  });
}

/** What a server that stands in for AWS says when its disk is full (RFC 4918, section 11.5). */
const INSUFFICIENT_STORAGE = 507;

function serverFull(operation: string, cause: unknown): ServiceError {
  const details = { status: INSUFFICIENT_STORAGE };
  return new ServiceError('BR-E0508', `${operation}: no space left on the disk of the server`, {
    reason: 'unavailable',
    effect: 'unknown',
    details,
    cause,
  });
}

/** What the SDK adds to the message of its parser when an answer is not XML or JSON (smithy-client, 2026-11). */
const UNREADABLE_ANSWER = 'to see the raw response';

/** What to do about a refusal, where more is known than its kind; `message` where the service's own says too little. */
function remedyFor(
  sdk: SdkError,
  error: unknown,
  hintIfDenied: string | undefined,
): { readonly message?: string; readonly hint: string } | undefined {
  const region = otherRegion(error);
  if (region !== undefined || sdk.name === 'PermanentRedirect') {
    const where = region === undefined ? 'in another Region' : `in the Region ${region}`;
    return { message: `the bucket is ${where}`, hint: `give its own Region: --region ${region ?? 'NAME'}` };
  }
  if (sdk.status !== undefined && sdk.status >= 300 && sdk.status < 400) {
    return {
      message: `the answer (HTTP ${sdk.status}) sends ${redirectTo(error) ?? 'elsewhere'}, which is not followed`,
      hint: 'check --endpoint-url, and any proxy between: give the URL that answers itself',
    };
  }
  switch (sdk.name) {
    case 'CredentialsProviderError':
      return { hint: 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; aws sso login renews a session' };
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return { hint: 'the session has expired: renew it, such as with aws sso login, and give the same command again' };
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
      return { hint: 'the keys are not those of this account or endpoint: check AWS_PROFILE and the endpoint URL' };
    case 'InvalidObjectState':
      return { message: 'the object is archived', hint: 'restore it first: aws s3api restore-object' };
    case 'NoSuchBucket':
      return { hint: 'check the name of the bucket; for one that is not at AWS give the URL of its server' };
    default:
      if (sdk.message.includes(UNREADABLE_ANSWER)) {
        const answer = sdk.status === undefined ? 'the answer' : `the answer (HTTP ${sdk.status})`;
        return {
          message: `${answer} is none that AWS gives`,
          hint: 'check --endpoint-url, and any proxy between: another server answers there',
        };
      }
      return hintIfDenied !== undefined && reasonOf(sdk) === 'denied' ? { hint: hintIfDenied } : undefined;
  }
}

/** Where an answer redirects to; at most so many characters of it. */
function redirectTo(error: unknown): string | undefined {
  const { $response } = error as { readonly $response?: { readonly headers?: Readonly<Record<string, unknown>> } };
  const location = $response?.headers?.['location'];
  return typeof location === 'string' ? `to ${location.slice(0, 200)}` : undefined;
}

function reasonOf(sdk: SdkError): ServiceErrorKind {
  const known = REASONS[sdk.name];
  if (known) return known;
  if (sdk.status === 403 || sdk.status === 401) return 'denied';
  if (sdk.status === 429 || sdk.name.includes('Throttl')) return 'throttled';
  if (sdk.status === 409 || sdk.status === 412) return 'conflict';
  if (sdk.status !== undefined && sdk.status >= 300 && sdk.status < 500) return 'invalid';
  return 'unavailable';
}

/** True for the SDK's ways to say that there is no such thing. */
export function isNotFound(error: unknown): boolean {
  const { name, status } = readSdkError(error);
  if (name === 'NoSuchBucket') return false;
  return (
    name === 'NoSuchKey' ||
    name === 'NotFound' ||
    name === 'ResourceNotFoundException' ||
    (status === 404 && name !== 'NoSuchBucket')
  );
}
