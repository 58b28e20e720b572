import type { FrontRequest } from './front/call.ts';
import { type Judge, type Place, parsePolicy } from './judge/index.ts';

/** An answer about the policy of a bucket. */
export interface PolicyAnswer {
  readonly statusCode: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * Keeps the policies of buckets that are put by calls, for the judge: moto refuses by them without a look at their conditions.
 * Undefined for calls about anything else.
 */
export function createBucketPolicies(judge: Pick<Judge, 'putResourcePolicy'>, { partition }: Place) {
  const policies = new Map<string, string>();
  return (request: FrontRequest): PolicyAnswer | undefined => {
    const [bucket = '', key = ''] = request.path.slice(1).split('/');
    if (bucket === '' || key !== '' || !request.query.has('policy')) return undefined;
    const arn = `arn:${partition}:s3:::${bucket}`;
    if (request.method === 'PUT') {
      policies.set(bucket, request.body.toString());
      judge.putResourcePolicy(arn, parsePolicy(request.body.toString(), bucket));
      return { statusCode: 204, contentType: 'application/xml', body: '' };
    }
    if (request.method === 'DELETE') {
      policies.delete(bucket);
      judge.putResourcePolicy(arn, undefined);
      return { statusCode: 204, contentType: 'application/xml', body: '' };
    }
    const found = policies.get(bucket);
    if (found !== undefined) return { statusCode: 200, contentType: 'application/json', body: found };
    const error = '<Error><Code>NoSuchBucketPolicy</Code><Message>The bucket policy does not exist</Message></Error>';
    return { statusCode: 404, contentType: 'application/xml', body: error };
  };
}
