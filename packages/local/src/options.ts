import { InputError } from '@batchrock/core';
import type { BedrockOptions } from './bedrock/options.ts';

/**
 * How a local Bedrock is started. Plain values only: they are cloned into a worker thread.
 */
export interface LocalBedrockOptions extends BedrockOptions {
  /** The folder that holds all state: objects, jobs, the port. Made when it does not exist. */
  readonly dir: string;
  /** Port to listen on; 0 takes a free one. Default 0. */
  readonly port?: number;
  /** `127.0.0.1` (default), `::1`, `localhost` or another 127.x address. Anything else is refused: loopback only. */
  readonly host?: string;
  /** The 12-digit account that owns everything here. Default `000000000000`. */
  readonly account?: string;
  /** The Region that is used where a request does not say one. Default `us-east-1`. */
  readonly region?: string;
  /** Buckets that are created at the start unless they exist. */
  readonly buckets?: readonly string[];
  /** Where the jobs read and write, when that is not the S3 served here: the URL of an S3-compatible server. */
  readonly s3EndpointUrl?: string;
}

/** The options with their defaults, checked. */
export type ResolvedOptions = LocalBedrockOptions & {
  readonly port: number;
  readonly host: string;
  readonly account: string;
  readonly region: string;
  readonly buckets: readonly string[];
};

/** The account that a local Bedrock belongs to unless another is given. */
export const DEFAULT_ACCOUNT = '000000000000';

/** The Region of a request that names none. */
export const DEFAULT_REGION = 'us-east-1';

/** Fills in the defaults. Throws `BR-E0120` naming the option, the value given and what is allowed. */
export function resolveOptions(options: LocalBedrockOptions): ResolvedOptions {
  const resolved = {
    ...options,
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    account: options.account ?? DEFAULT_ACCOUNT,
    region: options.region ?? DEFAULT_REGION,
    buckets: options.buckets ?? [],
  };
  if (resolved.dir === '') refuse('dir', resolved.dir, 'give the path of a folder');
  if (!Number.isInteger(resolved.port) || resolved.port < 0 || resolved.port > 65_535) {
    refuse('port', resolved.port, 'give a whole number from 0 to 65535');
  }
  if (!isLoopbackHost(resolved.host)) {
    refuse('host', resolved.host, 'the local Bedrock listens on loopback only: 127.0.0.1, ::1 or localhost');
  }
  if (!/^[0-9]{12}$/.test(resolved.account)) refuse('account', resolved.account, 'give 12 digits');
  if (!/^[a-z0-9-]{1,20}$/.test(resolved.region)) refuse('region', resolved.region, 'give a Region such as us-east-1');
  return resolved;
}

/** True for names and addresses that never leave this machine. Takes a host without port or brackets. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || name === '::1' || name.endsWith('.localhost')) return true;
  return /^127(\.\d{1,3}){3}$/.test(name);
}

function refuse(option: string, value: string | number, remedy: string): never {
  throw new InputError('BR-E0120', `${option} is "${value}"; ${remedy}`, { details: { option, value } });
}
