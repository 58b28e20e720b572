import type { IncomingHttpHeaders } from 'node:http';

/** What an SDK client signs with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Who signed a request. The administrator is the test itself; there are no other users. */
export type Caller = { readonly kind: 'administrator' } | { readonly kind: 'role'; readonly roleArn: string };

/** What a Signature Version 4 says, not whether it is right. */
export interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name of the service: `s3`, `states`, `bedrock`. */
  readonly service: string;
}

const ROLE_KEY = /^ROLE([0-9a-f]+)$/;

/** The credentials of a session of a role. The access key names the role, so that whoever reads it can tell. */
export function credentialsFor(roleArn: string): Credentials {
  return { accessKeyId: `ROLE${Buffer.from(roleArn).toString('hex')}`, secretAccessKey: 'secret', sessionToken: 'session' };
}

/** The credentials of the test itself, to which everything is allowed. */
export const ADMINISTRATOR: Credentials = { accessKeyId: 'ADMINISTRATOR', secretAccessKey: 'secret', sessionToken: 'session' };

/** Who holds an access key; undefined where nobody does. */
export function callerOf(accessKeyId: string): Caller | undefined {
  if (accessKeyId === ADMINISTRATOR.accessKeyId) return { kind: 'administrator' };
  const hex = ROLE_KEY.exec(accessKeyId)?.[1];
  return hex === undefined ? undefined : { kind: 'role', roleArn: Buffer.from(hex, 'hex').toString() };
}

/** The signature of a request, in its header or in a presigned URL; undefined where it has none. */
export function signatureOf(headers: IncomingHttpHeaders, query: URLSearchParams): Signature | undefined {
  const credential =
    /^AWS4-[A-Z0-9-]+ .*?Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query.get('X-Amz-Credential') ?? '';
  const [accessKeyId, , region, service, end] = credential.split('/');
  if (accessKeyId === undefined || region === undefined || service === undefined || end !== 'aws4_request') return undefined;
  return { accessKeyId, region, service };
}
