// Patterns and lengths of the Bedrock service model 2023-04-20 (botocore 1.43.67, read 2026-11-21). Where the service's
// own pattern backtracks without end (names of jobs and models), an equal one stands here that runs in linear time.

export const ROLE_ARN = { maxLength: 2048, pattern: /arn:aws(-[^:]+)?:iam::([0-9]{12})?:role\/.+/ } as const;
export const TOKEN = { minLength: 1, maxLength: 256, pattern: /[a-zA-Z0-9](?:-*[a-zA-Z0-9])*/ } as const;
export const ACCOUNT_ID = { pattern: /[0-9]{12}/ } as const;
export const TAG_KEY = { minLength: 1, maxLength: 128, pattern: /[a-zA-Z0-9\s._:/=+@-]*/ } as const;
export const TAG_VALUE = { minLength: 0, maxLength: 256, pattern: /[a-zA-Z0-9\s._:/=+@-]*/ } as const;
export const VPC_ITEM = { maxLength: 32, pattern: /[-0-9a-zA-Z]+/ } as const;

export const JOB_NAME = {
  minLength: 1,
  maxLength: 63,
  pattern: /[a-zA-Z0-9][a-zA-Z0-9+\-.]*/,
} as const;

export const S3_URI = {
  minLength: 1,
  maxLength: 1024,
  pattern: /s3:\/\/[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](?:\/[-!_*'().a-z0-9A-Z]+(?:\/[-!_*'().a-z0-9A-Z]+)*)?\/?/,
} as const;

export const KMS_KEY = {
  minLength: 1,
  maxLength: 2048,
  pattern:
    /(arn:aws(-[^:]+)?:kms:[a-zA-Z0-9-]*:[0-9]{12}:((key\/[a-zA-Z0-9-]{36})|(alias\/[a-zA-Z0-9-_/]+)))|([a-zA-Z0-9-]{36})|(alias\/[a-zA-Z0-9-_/]+)/,
} as const;

const JOB_ARN_PATTERN = /arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:model-invocation-job\/[a-z0-9]{12}/;
export const JOB_ARN = { maxLength: 1011, pattern: JOB_ARN_PATTERN } as const;
export const JOB_IDENTIFIER = {
  maxLength: 1011,
  pattern: /((arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:model-invocation-job\/)?[a-z0-9]{12})/,
} as const;

/** Ids and ARNs of models and profiles: the characters; whether there is such a model is left to the look-up. */
export const MODEL_ID = {
  minLength: 1,
  maxLength: 2048,
  pattern: /(?:arn:aws(?:-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(?:[0-9]{12})?:[a-z-]+\/[0-9a-zA-Z_.:/-]+|[0-9a-zA-Z_.:-]+)/,
} as const;
