import { InputError } from '../errors/index.ts';

/** The longest `namePrefix`: 63 characters of a job name, less a hyphen and 20 of the token. */
export const MAX_NAME_PREFIX = 42;

/** SHA-256 as this room needs it; the `Digest` port fits. */
export interface Sha256 {
  sha256(bytes: Uint8Array): Uint8Array;
}

/** What a job is, as far as its name and token go. */
export interface JobIdentityInput {
  readonly run: string;
  readonly part: number;
  readonly attempt: number;
  /** 1 to 42 characters, `[a-zA-Z0-9][a-zA-Z0-9-]*`. */
  readonly namePrefix: string;
  /** Canonical JSON of everything that the job is created with, and the hash of its input. */
  readonly parameters: string;
}

/** What Create is sent with, so that it can be sent again. */
export interface JobIdentity {
  readonly jobName: string;
  readonly clientRequestToken: string;
}

/**
 * Name and token of a job: the same for the same part, attempt and parameters, in every process, for ever. The hash of the
 * parameters stands in the token, so the same token with other parameters cannot happen. Both fit the service's patterns
 * (API reference of CreateModelInvocationJob, 2026-11). Throws `BR-E0120` for a prefix that cannot begin a job name.
 */
export function jobIdentity(digest: Sha256, input: JobIdentityInput): JobIdentity {
  checkNamePrefix(input.namePrefix);
  const parameters = sha256Hex(digest, input.parameters);
  const clientRequestToken = sha256Hex(digest, [input.run, input.part, input.attempt, parameters].join('|'));
  return { jobName: `${input.namePrefix}-${clientRequestToken.slice(0, 20)}`, clientRequestToken };
}

/** Throws `BR-E0120` unless the prefix can begin a job name. */
export function checkNamePrefix(prefix: string): void {
  if (prefix.length <= MAX_NAME_PREFIX && /^[a-zA-Z0-9][a-zA-Z0-9-]*$/.test(prefix)) return;
  throw new InputError(
    'BR-E0120',
    `job name prefix ${JSON.stringify(prefix)} is not usable: it takes 1 to ${MAX_NAME_PREFIX} letters, digits and hyphens, the first no hyphen`,
    { details: { prefix } },
  );
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function sha256Hex(digest: Sha256, text: string): string {
  let hex = '';
  for (const byte of digest.sha256(new TextEncoder().encode(text))) hex += HEX[byte];
  return hex;
}
