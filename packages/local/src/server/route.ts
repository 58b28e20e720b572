import type { IncomingHttpHeaders } from 'node:http';
import type { ServiceName } from './handler.ts';

/** What the signature of a request says, not whether it is right. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name: `s3`, `bedrock`, `servicequotas`. */
  readonly service: string;
}

/** The scope of a Signature Version 4 header or presigned URL: `AKID/20261121/us-east-1/s3/aws4_request`. */
export function credentialScope(headers: IncomingHttpHeaders, query: URLSearchParams): CredentialScope | undefined {
  const header = /^AWS4-[A-Z0-9-]+ .*?Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1];
  const parts = (header ?? query.get('X-Amz-Credential') ?? '').split('/');
  // Access key ids of some servers hold slashes, so the four fixed fields are counted from the end.
  const [, region, service, end] = parts.slice(-4);
  if (parts.length < 5 || end !== 'aws4_request' || region === undefined || service === undefined) return undefined;
  return { accessKeyId: parts.slice(0, -4).join('/'), region, service };
}

const RUNTIME = /^\/(model|guardrail|async-invoke)(\/|$)/;
const CONTROL =
  /^\/(model-invocation-jobs?|foundation-models|foundation-model-availability|inference-profiles|custom-models|(un)?tagResource|listTagsForResource)(\/|$)/;

/**
 * Which service a request is for: the one that it was signed for, else what its path and headers look like. Bedrock's
 * two endpoints have one signing name and are told apart by the path.
 */
export function serviceOf(
  scope: CredentialScope | undefined,
  headers: IncomingHttpHeaders,
  method: string,
  path: string,
): ServiceName | undefined {
  const isBearer = /^bearer /i.test(headers.authorization ?? '');
  if (scope?.service === 'bedrock' || isBearer) return RUNTIME.test(path) ? 'bedrock-runtime' : 'bedrock';
  if (scope?.service === 's3') return 's3';
  if (scope?.service === 'servicequotas') return 'servicequotas';
  if (scope !== undefined) return undefined;
  if (method === 'POST' && path === '/' && headers['x-amz-target'] !== undefined) return 'servicequotas';
  if (RUNTIME.test(path)) return 'bedrock-runtime';
  return CONTROL.test(path) ? 'bedrock' : 's3';
}
