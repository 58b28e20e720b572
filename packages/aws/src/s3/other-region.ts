/**
 * The Region in which a bucket is, when an answer says that it is not the one that was asked: S3 answers 301
 * `PermanentRedirect`, 307, or 400 `AuthorizationHeaderMalformed`, and names the Region in a header or in its error (S3 API
 * reference, "Error responses", 2026-11). Undefined for every other error.
 */
export function otherRegion(error: unknown): string | undefined {
  const e = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly name?: unknown;
    readonly Region?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: unknown };
    readonly $response?: { readonly headers?: Readonly<Record<string, unknown>> };
  };
  const status = e.$metadata?.httpStatusCode;
  const isElsewhere =
    status === 301 || status === 307 || e.name === 'PermanentRedirect' || e.name === 'AuthorizationHeaderMalformed';
  const region = e.$response?.headers?.['x-amz-bucket-region'] ?? e.Region;
  return isElsewhere && typeof region === 'string' && /^[a-z0-9-]{1,30}$/.test(region) ? region : undefined;
}
