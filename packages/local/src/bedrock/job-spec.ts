import type { InvocationType } from '@batchrock/core';
import { type JobLocation, locationOf } from '../jobs/index.ts';
import { ACCOUNT_ID, JOB_NAME, KMS_KEY, MODEL_ID, ROLE_ARN, S3_URI, TAG_KEY, TAG_VALUE, TOKEN, VPC_ITEM } from './patterns.ts';
import { createValidation, isStructure, type Validation } from './validation.ts';

/** The request of CreateModelInvocationJob, checked. */
export interface RequestedJob {
  readonly jobName: string;
  readonly roleArn: string;
  readonly modelId: string;
  readonly clientRequestToken: string | undefined;
  readonly invocationType: InvocationType;
  readonly input: JobLocation;
  readonly output: JobLocation & { readonly kmsKeyId?: string };
  readonly timeoutHours: number | undefined;
  readonly vpcConfig: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] } | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Reads the body against every pattern and limit of the service model; refuses it with all that is wrong. */
export function readJobSpec(body: unknown): RequestedJob {
  const v = createValidation();
  const request = v.structure(body, 'createModelInvocationJobInput');
  const spec: RequestedJob = {
    jobName: v.string(request['jobName'], 'jobName', JOB_NAME),
    roleArn: v.string(request['roleArn'], 'roleArn', ROLE_ARN),
    modelId: v.string(request['modelId'], 'modelId', MODEL_ID),
    clientRequestToken: v.optionalString(request['clientRequestToken'], 'clientRequestToken', TOKEN),
    invocationType: (v.optionalString(request['modelInvocationType'], 'modelInvocationType', {
      oneOf: ['InvokeModel', 'Converse'],
    }) ?? 'InvokeModel') as InvocationType,
    input: readInput(request['inputDataConfig'], v),
    output: readOutput(request['outputDataConfig'], v),
    timeoutHours: v.optionalInteger(request['timeoutDurationInHours'], 'timeoutDurationInHours', 24, 168),
    vpcConfig: readVpc(request['vpcConfig'], v),
    tags: readTags(request['tags'], v),
  };
  v.finish();
  return spec;
}

function readInput(value: unknown, v: Validation): JobLocation {
  const at = 'inputDataConfig.s3InputDataConfig';
  const config = v.structure(v.structure(value, 'inputDataConfig')['s3InputDataConfig'], at);
  v.optionalString(config['s3InputFormat'], `${at}.s3InputFormat`, { oneOf: ['JSONL'] });
  return readLocation(config, at, v);
}

function readOutput(value: unknown, v: Validation): RequestedJob['output'] {
  const at = 'outputDataConfig.s3OutputDataConfig';
  const config = v.structure(v.structure(value, 'outputDataConfig')['s3OutputDataConfig'], at);
  const kmsKeyId = v.optionalString(config['s3EncryptionKeyId'], `${at}.s3EncryptionKeyId`, KMS_KEY);
  return { ...readLocation(config, at, v), ...(kmsKeyId === undefined ? {} : { kmsKeyId }) };
}

function readLocation(config: Readonly<Record<string, unknown>>, at: string, v: Validation): JobLocation {
  const uri = v.string(config['s3Uri'], `${at}.s3Uri`, S3_URI);
  const bucketOwner = v.optionalString(config['s3BucketOwner'], `${at}.s3BucketOwner`, ACCOUNT_ID);
  return { ...locationOf(uri), ...(bucketOwner === undefined ? {} : { bucketOwner }) };
}

function readVpc(value: unknown, v: Validation): RequestedJob['vpcConfig'] {
  if (value === undefined || value === null) return undefined;
  const config = v.structure(value, 'vpcConfig');
  const items = (name: string, most: number): readonly string[] => {
    const at = `vpcConfig.${name}`;
    if (config[name] === undefined || config[name] === null) v.problem(null, at, 'Member must not be null');
    return v.list(config[name], at, 1, most).map((item, i) => v.string(item, `${at}.${i + 1}.member`, VPC_ITEM));
  };
  return { subnetIds: items('subnetIds', 16), securityGroupIds: items('securityGroupIds', 5) };
}

/** Reads a list of `{key, value}`; the later of two equal keys counts. */
export function readTags(value: unknown, v: Validation): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  v.list(value, 'tags', 0, 200).forEach((tag, i) => {
    const fields = isStructure(tag) ? tag : {};
    const key = v.string(fields['key'], `tags.${i + 1}.member.key`, TAG_KEY);
    tags[key] = v.string(fields['value'], `tags.${i + 1}.member.value`, TAG_VALUE);
  });
  return tags;
}
