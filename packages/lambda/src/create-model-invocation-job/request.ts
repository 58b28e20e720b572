import { createHash } from 'node:crypto';
import type { CreateModelInvocationJobCommandInput } from '@aws-sdk/client-bedrock';
import { parseS3Uri, validFolderUri } from '../place/index.ts';
import { refusal } from '../refusal/index.ts';
import { fieldsOf, numberAt, type Payload, textAt, textsAt } from './payload.ts';

/** What Bedrock is asked for, without the name and the token. The keys have one order, so that the same request reads the same. */
export type JobParameters = Omit<CreateModelInvocationJobCommandInput, 'jobName' | 'clientRequestToken'>;

/** The payload of the task, read. */
export interface CreateRequest {
  readonly taskToken: string;
  /** The caller's `job_name`. */
  readonly jobName: string;
  readonly execution: string;
  readonly entered: string;
  readonly index: number;
  readonly manifestKey: string;
  readonly manifestCount: number;
  readonly toleratedFailure: number;
  /** Milliseconds since the epoch at which the task was entered, the same over its retries; a tolerant state machine tells it. */
  readonly taskEntered?: number;
  readonly parameters: JobParameters;
}

/**
 * Reads the payload that the state machine sends. A state machine of the original construct, deployed before an update and still
 * running, sends no `batch`: its task stands for itself then. Throws `InvalidInput`.
 */
export function parseCreateRequest(event: unknown): CreateRequest {
  const payload = fieldsOf(event, 'the payload');
  const taskToken = textAt(payload, 'TaskToken');
  if (taskToken === undefined) throw refusal('InvalidInput', 'the payload has no TaskToken; only a state machine calls this');
  const parameters = parametersFrom(payload);
  const inputUri = parameters.inputDataConfig?.s3InputDataConfig?.s3Uri ?? '';
  const name = textAt(payload, 'jobName') ?? '';
  if (payload['batch'] === undefined) {
    const execution = createHash('sha256').update(taskToken).digest('hex');
    const manifestKey = parseS3Uri(inputUri)?.key ?? '';
    const alone = { entered: '', index: 0, manifestCount: 1, toleratedFailure: 0 };
    return { taskToken, jobName: name, execution, manifestKey, ...alone, parameters };
  }
  const batch = fieldsOf(payload['batch'], 'batch');
  return {
    taskToken,
    jobName: textAt(batch, 'jobName') ?? name,
    execution: textAt(batch, 'execution') ?? '',
    entered: textAt(batch, 'entered') ?? '',
    index: numberAt(batch, 'index') ?? 0,
    manifestKey: textAt(batch, 'manifestKey') ?? '',
    manifestCount: numberAt(batch, 'manifestCount') ?? 1,
    toleratedFailure: numberAt(batch, 'toleratedFailure') ?? 0,
    ...optional('taskEntered', timeOf(textAt(batch, 'taskEntered'))),
    parameters,
  };
}

function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function parametersFrom(payload: Payload): JobParameters {
  const input = fieldsOf(fieldsOf(payload['inputDataConfig'], 'inputDataConfig')['s3InputDataConfig'], 's3InputDataConfig');
  const output = fieldsOf(fieldsOf(payload['outputDataConfig'], 'outputDataConfig')['s3OutputDataConfig'], 's3OutputDataConfig');
  const vpc = payload['vpcConfig'] === undefined ? undefined : fieldsOf(payload['vpcConfig'], 'vpcConfig');
  return {
    roleArn: textAt(payload, 'roleArn'),
    modelId: textAt(payload, 'modelId'),
    inputDataConfig: {
      s3InputDataConfig: {
        s3Uri: textAt(input, 's3Uri'),
        ...(input['s3InputFormat'] === undefined ? {} : { s3InputFormat: 'JSONL' }),
        ...optional('s3BucketOwner', textAt(input, 's3BucketOwner')),
      },
    },
    outputDataConfig: {
      s3OutputDataConfig: {
        s3Uri: validFolderUri(textAt(output, 's3Uri') ?? ''),
        ...optional('s3EncryptionKeyId', textAt(output, 's3EncryptionKeyId')),
        ...optional('s3BucketOwner', textAt(output, 's3BucketOwner')),
      },
    },
    ...optional('timeoutDurationInHours', numberAt(payload, 'timeoutDurationInHours')),
    ...optional('modelInvocationType', textAt(payload, 'modelInvocationType') as JobParameters['modelInvocationType']),
    ...optional(
      'vpcConfig',
      vpc === undefined
        ? undefined
        : { subnetIds: textsAt(vpc, 'subnetIds'), securityGroupIds: textsAt(vpc, 'securityGroupIds') },
    ),
    ...optional('tags', payload['tags'] === undefined ? undefined : tagsFrom(payload['tags'])),
  };
}

function tagsFrom(value: unknown): { key: string; value: string }[] {
  if (!Array.isArray(value)) throw refusal('InvalidInput', 'tags is no list; give a list of {key, value}');
  return value.map((entry) => {
    const tag = fieldsOf(entry, 'a tag');
    return { key: textAt(tag, 'key') ?? '', value: textAt(tag, 'value') ?? '' };
  });
}

function optional<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>);
}
