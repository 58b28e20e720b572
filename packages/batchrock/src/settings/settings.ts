import { InputError } from '@batchrock/core';

/** What may stand in a file of settings, and the environment variable that says the same. */
export interface Setting {
  readonly key: string;
  readonly variable: string;
  /** Other variables that count where the first is not set: AWS's own, and those of LangBatch. */
  readonly alias?: string;
  readonly about: string;
}

/** Every setting, in the order in which they are shown. Keys are never one: the SDK's own chain finds them. */
export const SETTINGS: readonly Setting[] = [
  { key: 'region', variable: 'AWS_REGION', alias: 'AWS_DEFAULT_REGION', about: 'where jobs run' },
  { key: 'profile', variable: 'AWS_PROFILE', about: 'profile of the AWS configuration' },
  { key: 'bucket', variable: 'BATCHROCK_BUCKET', alias: 'AWS_INPUT_BUCKET', about: 'where runs lie' },
  { key: 'outputBucket', variable: 'BATCHROCK_OUTPUT_BUCKET', alias: 'AWS_OUTPUT_BUCKET', about: 'where Bedrock writes' },
  { key: 'prefix', variable: 'BATCHROCK_PREFIX', about: 'before all keys' },
  { key: 'tagInput', variable: 'BATCHROCK_TAG_INPUT', about: 'true: tag the input of jobs, which the bucket then removes' },
  { key: 'roleArn', variable: 'BATCHROCK_ROLE_ARN', alias: 'AWS_SERVICE_ROLE', about: 'the role that Bedrock takes' },
  { key: 'stack', variable: 'BATCHROCK_STACK', about: 'the stack that drives runs' },
  { key: 'stateDir', variable: 'BATCHROCK_STATE_DIR', about: 'the folder of the ledger' },
  { key: 'endpointUrl', variable: 'BATCHROCK_ENDPOINT_URL', about: 'one server in the place of AWS' },
];

/** A file of settings as it is written. */
export type SettingsFile = Readonly<Record<string, string>>;

/** Reads the text of a file of settings. Throws `BR-E0134` for what it may not hold. */
export function parseSettings(text: string, file: string): SettingsFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unsound(file, `it is no JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unsound(file, 'it is no JSON object');
  for (const [key, setting] of Object.entries(value)) {
    if (!SETTINGS.some((known) => known.key === key)) {
      const known = SETTINGS.map((each) => each.key).join(', ');
      throw unsound(file, `there is no setting ${JSON.stringify(key)}; known are ${known}`);
    }
    if (typeof setting !== 'string') throw unsound(file, `${key} is ${JSON.stringify(setting)}, and no text`);
  }
  return value as SettingsFile;
}

function unsound(file: string, why: string, cause?: unknown): InputError {
  return new InputError('BR-E0134', `${file}: ${why}`, { details: { file }, ...(cause === undefined ? {} : { cause }) });
}
