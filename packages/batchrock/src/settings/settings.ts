import { InputError } from '@batchrock/core';

/** What may stand in a file of settings, and the environment variable that says the same. */
export interface Setting {
  readonly key: string;
  readonly variable: string;
  /** Other variables that count where the first is not set: AWS's own, and those of LangBatch. */
  readonly alias?: string;
  readonly about: string;
  /** In a file it may also be a list of texts, an object of them, or a number; default: a text alone. */
  readonly kind?: 'list' | 'object' | 'number';
  /** It may hold what nobody should see: no message quotes it, and it is shown masked. */
  readonly isSecret?: boolean;
}

/** Every setting, in the order in which they are shown. Keys are never one: the SDK's own chain finds them. */
export const SETTINGS: readonly Setting[] = [
  { key: 'region', variable: 'AWS_REGION', alias: 'AWS_DEFAULT_REGION', about: 'where jobs run' },
  { key: 'regions', variable: 'BATCHROCK_REGIONS', about: 'Regions that jobs may run in', kind: 'list' },
  { key: 'residency', variable: 'BATCHROCK_RESIDENCY', about: 'the only Regions that rows may come to', kind: 'list' },
  { key: 'profile', variable: 'AWS_PROFILE', about: 'profile of the AWS configuration' },
  { key: 'bucket', variable: 'BATCHROCK_BUCKET', alias: 'AWS_INPUT_BUCKET', about: 'where runs lie' },
  { key: 'outputBucket', variable: 'BATCHROCK_OUTPUT_BUCKET', alias: 'AWS_OUTPUT_BUCKET', about: 'where Bedrock writes' },
  { key: 'prefix', variable: 'BATCHROCK_PREFIX', about: 'before all keys' },
  { key: 'tagInput', variable: 'BATCHROCK_TAG_INPUT', about: 'true: tag the input of jobs, which the bucket then removes' },
  { key: 'roleArn', variable: 'BATCHROCK_ROLE_ARN', alias: 'AWS_SERVICE_ROLE', about: 'the role that Bedrock takes' },
  { key: 'kmsKey', variable: 'BATCHROCK_KMS_KEY', about: 'the key of KMS for what is written', kind: 'object' },
  { key: 'bucketOwner', variable: 'BATCHROCK_BUCKET_OWNER', about: 'the account of the buckets' },
  { key: 'subnets', variable: 'BATCHROCK_SUBNETS', about: 'where jobs reach S3 from', kind: 'list' },
  { key: 'securityGroups', variable: 'BATCHROCK_SECURITY_GROUPS', about: 'the same', kind: 'list' },
  { key: 'tags', variable: 'BATCHROCK_TAGS', about: 'tags of jobs', kind: 'object' },
  { key: 'timeoutHours', variable: 'BATCHROCK_TIMEOUT_HOURS', about: 'hours that a job may take: 24 to 168', kind: 'number' },
  { key: 'notify', variable: 'BATCHROCK_NOTIFY', about: 'whom runs tell how they came out', kind: 'list', isSecret: true },
  { key: 'stack', variable: 'BATCHROCK_STACK', about: 'the stack that drives runs' },
  { key: 'stateDir', variable: 'BATCHROCK_STATE_DIR', about: 'the folder of the ledger' },
  { key: 'endpointUrl', variable: 'BATCHROCK_ENDPOINT_URL', about: 'one server in the place of AWS' },
];

/** A value as it stands in a file. */
type WrittenSetting = string | number | readonly string[] | Readonly<Record<string, string>>;

/** A file of settings as it is written. */
export type WrittenSettings = Readonly<Record<string, WrittenSetting>>;

/** What a file says: as it is written, and each setting as its variable would say it. */
export interface SettingsFile {
  readonly written: WrittenSettings;
  readonly texts: Readonly<Record<string, string>>;
}

/** Reads the text of a file of settings. Throws `BR-E0134` for what it may not hold. */
export function parseSettings(text: string, file: string): SettingsFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unsound(file, `it is no JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unsound(file, 'it is no JSON object');
  const texts: Record<string, string> = {};
  for (const [key, setting] of Object.entries(value)) {
    const known = SETTINGS.find((each) => each.key === key);
    if (known === undefined) {
      const all = SETTINGS.map((each) => each.key).join(', ');
      throw unsound(file, `there is no setting ${JSON.stringify(key)}; known are ${all}`);
    }
    texts[key] = textOf(known, setting, file);
  }
  return { written: value as WrittenSettings, texts };
}

const NOT_OF = { text: 'no text', list: 'no list of texts', object: 'no object of texts', number: 'no number' } as const;

/** A setting as its variable says it: `a,b`, or `name=value,name=value`. Nothing that it may hold has a comma. */
function textOf({ key, kind, isSecret = false }: Setting, value: unknown, file: string): string {
  if (typeof value === 'string') return value;
  if (kind === 'number' && typeof value === 'number') return String(value);
  if (kind === 'list' && Array.isArray(value)) return value.map((item) => itemOf(key, item, file, isSecret)).join(',');
  if (kind === 'object' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value)
      .map(([name, item]) => {
        if (name.includes('=')) throw unsound(file, `${key} has ${JSON.stringify(name)}: no name may hold an equals sign here`);
        return `${itemOf(key, name, file)}=${itemOf(key, item, file)}`;
      })
      .join(',');
  }
  const allowed = NOT_OF[kind ?? 'text'];
  throw unsound(file, `${key} is ${isSecret ? 'something else' : JSON.stringify(value)}, and ${allowed}`);
}

function itemOf(key: string, item: unknown, file: string, isSecret = false): string {
  if (typeof item === 'string' && !item.includes(',')) return item;
  const what = isSecret ? 'something else' : JSON.stringify(item);
  throw unsound(file, `${key} has ${what}; texts without commas are allowed`);
}

function unsound(file: string, why: string, cause?: unknown): InputError {
  return new InputError('BR-E0134', `${file}: ${why}`, { details: { file }, ...(cause === undefined ? {} : { cause }) });
}
