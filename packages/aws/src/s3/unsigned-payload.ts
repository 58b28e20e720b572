import type { S3Client } from '@aws-sdk/client-s3';

/**
 * Leaves the body out of an upload's signature, as S3 allows (API reference, "Authenticating Requests", 2026-11): every body
 * is sent with its CRC32 anyway, and a second pass of SHA-256 over all uploaded bytes costs more than everything else here.
 */
export function leavePayloadUnsigned(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers?: Record<string, string>; body?: unknown };
      if (request.headers && request.body instanceof Uint8Array) request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { step: 'build', name: 'batchrockUnsignedPayload', override: true },
  );
}
