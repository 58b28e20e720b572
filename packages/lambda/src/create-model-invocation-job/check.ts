import { isBedrockUri, parseS3Uri } from '../place/index.ts';
import { refusal } from '../refusal/index.ts';
import type { CreateRequest } from './request.ts';

/** Longest model id (Bedrock API reference, 2026-11). */
const MAX_MODEL_ID = 2048;

/**
 * What Bedrock would refuse with less to say, or what would mean something else there. Returns the error; undefined when the
 * request may be sent. The shape of a model id is left to Bedrock, which learns new ones.
 */
export function objectionTo(request: CreateRequest): Error | undefined {
  const { parameters, manifestKey } = request;
  const inputUri = parameters.inputDataConfig?.s3InputDataConfig?.s3Uri ?? '';
  const outputUri = parameters.outputDataConfig?.s3OutputDataConfig?.s3Uri ?? '';
  if (!isBedrockUri(inputUri)) {
    const key = parseS3Uri(inputUri)?.key ?? manifestKey;
    return refusal(
      'InvalidManifestKey',
      `manifest key ${JSON.stringify(key)}: Bedrock takes keys of letters, digits and ! - _ . * ' ( ) between single slashes, ` +
        `up to 1,024 characters with s3:// and the bucket; copy the object to such a key`,
    );
  }
  const { modelId = '' } = parameters;
  if (!/^[a-zA-Z0-9._:/-]+$/.test(modelId) || modelId.length > MAX_MODEL_ID) {
    return refusal(
      'InvalidModelId',
      `model id ${JSON.stringify(modelId)}: give the id or ARN of a model or an inference profile`,
    );
  }
  if (isBedrockUri(outputUri)) return undefined;
  return refusal(
    'InvalidOutputPlace',
    `output place ${JSON.stringify(outputUri)}: Bedrock takes up to 1,024 characters; give a shorter job_name or output prefix`,
  );
}
