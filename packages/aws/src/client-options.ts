import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type OnWaiting, tellWaiting } from './tell-waiting.ts';

/** Keys of an AWS identity; anything that the SDK's clients accept. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What every client of this package needs. */
export interface ConnectionOptions {
  readonly region: string;
  /** A server elsewhere, such as the local Bedrock; default: AWS. */
  readonly endpoint?: string;
  /** Default: the SDK's chain of providers (environment, profiles, SSO, roles). */
  readonly credentials?: Credentials;
  /** Profile of the AWS configuration files that the chain reads; default: `AWS_PROFILE`, else `default`. */
  readonly profile?: string;
  /** Tries of a call, the first one included; default 4. */
  readonly maxAttempts?: number;
  /** Connections at once; default 16. */
  readonly maxSockets?: number;
  /** Told when the server leaves a call without an answer for some seconds. */
  readonly onWaiting?: OnWaiting;
}

/** The part of the configuration that the S3 and the Bedrock client share. */
export function clientConfig(options: ConnectionOptions, idleTimeoutMs: number) {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 5_000,
    socketTimeout: idleTimeoutMs,
    httpAgent: { keepAlive: true, maxSockets: options.maxSockets ?? 16 },
    httpsAgent: { keepAlive: true, maxSockets: options.maxSockets ?? 16 },
  });
  if (options.onWaiting !== undefined) tellWaiting(requestHandler, options.onWaiting);
  return {
    region: options.region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    retryMode: 'standard',
    maxAttempts: options.maxAttempts ?? 4,
    requestHandler,
  };
}
