/** The error types of the control plane, the runtime and Service Quotas, with their HTTP status (service models, 2026-08). */
const STATUS = {
  AccessDeniedException: 403,
  /** 400, not 409: clients must go by the type. */
  ConflictException: 400,
  InternalServerException: 500,
  ModelErrorException: 424,
  ModelTimeoutException: 408,
  NoSuchResourceException: 400,
  ResourceNotFoundException: 404,
  ServiceQuotaExceededException: 400,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  TooManyTagsException: 400,
  UnknownOperationException: 404,
  ValidationException: 400,
} as const;

export type AwsErrorType = keyof typeof STATUS;

/** What an operation refuses with; answered as the service answers it. */
export class AwsError extends Error {
  readonly type: AwsErrorType;
  readonly status: number;

  constructor(type: AwsErrorType, message: string) {
    super(message);
    this.name = 'AwsError';
    this.type = type;
    this.status = STATUS[type];
  }
}
