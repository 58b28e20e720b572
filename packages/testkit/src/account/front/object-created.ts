import type { FrontRequest } from './call.ts';

/** An object that came into being, or anew. */
export interface CreatedObject {
  readonly bucket: string;
  readonly key: string;
  /** As EventBridge calls it. */
  readonly reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload';
}

/** The object that a request of S3 has put there, once it was carried out; undefined for every other request. */
export function objectCreatedBy(request: FrontRequest, statusCode: number): CreatedObject | undefined {
  const { service, method, query, headers } = request;
  if (service !== 's3' || statusCode !== 200) return undefined;
  const [bucket = '', ...rest] = request.path.slice(1).split('/');
  const key = rest.map(decodeURIComponent).join('/');
  if (key === '') return undefined;
  if (method === 'POST' && query.has('uploadId')) return { bucket, key, reason: 'CompleteMultipartUpload' };
  const isOfObject = ['uploadId', 'partNumber', 'tagging', 'acl', 'retention', 'legal-hold'].every((name) => !query.has(name));
  if (method !== 'PUT' || !isOfObject) return undefined;
  return { bucket, key, reason: headers['x-amz-copy-source'] === undefined ? 'PutObject' : 'CopyObject' };
}
