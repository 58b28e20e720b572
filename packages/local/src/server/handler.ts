import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceClock } from '../clock/service-clock.ts';
import type { ResolvedOptions } from '../options.ts';
import type { RoleOfJob } from '../role-of-job.ts';
import type { CallLog, ObjectStorage } from '../storage/index.ts';

/** The services that share the one port. */
export type ServiceName = 's3' | 'bedrock' | 'bedrock-runtime' | 'servicequotas';

/** Who asks, as far as the request says so. Signatures are not checked: everything here belongs to one account. */
export interface Caller {
  readonly account: string;
  /** Of the credential scope, else the default. */
  readonly region: string;
  /** Undefined for unsigned requests and bearer tokens. */
  readonly accessKeyId?: string;
}

/** A request that has passed the guard and found its service. */
export interface ServiceRequest {
  /** Also in the answer's `x-amzn-requestid` and `x-amz-request-id`. */
  readonly id: string;
  readonly method: string;
  /** As it came: percent-encoded, without the query. Starts with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The bytes of the body, not yet read. */
  readonly body: IncomingMessage;
  readonly caller: Caller;
  /** The bucket of a virtual-host style address (`bucket.localhost`). */
  readonly hostBucket?: string;
  /** Aborts when the client hangs up or the server closes. */
  readonly signal: AbortSignal;
}

/**
 * One AWS service. `handle` writes the whole answer. What it throws is answered with status 500 in the service's
 * own shape by `fail`.
 */
export interface Service {
  readonly name: ServiceName;
  handle(request: ServiceRequest, response: ServerResponse): Promise<void>;
  fail(request: ServiceRequest, response: ServerResponse, error: unknown): void;
}

/** A request below `/_batchrock/`. */
export interface AdminRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  /** The JSON body, parsed; undefined when there is none. */
  readonly body: unknown;
}

/** One path of the administration, answered in JSON. What it throws as an `InputError` is answered with status 400. */
export interface AdminRoute {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** The whole path, such as `/_batchrock/faults`. */
  readonly path: string;
  handle(request: AdminRequest): Promise<unknown> | unknown;
}

/** What the modules of a server share. */
export interface ServerContext {
  readonly options: ResolvedOptions;
  /** The S3 that jobs read and write: the one served here, or one elsewhere. */
  readonly storage: ObjectStorage;
  /** The S3 of one job, reached with the keys of its role where they are asked for. */
  readonly storageFor: (job: RoleOfJob & { readonly output: { readonly kmsKeyId?: string } }) => ObjectStorage;
  readonly clock: ServiceClock;
  /** Where jobs record their S3 calls. */
  readonly calls: CallLog;
  /** The server's own address, `http://127.0.0.1:<port>`. */
  readonly url: string;
}

/** Some services and what they keep running. `open` functions of modules are called once the port is ours. */
export interface ServerModule {
  readonly services: readonly Service[];
  readonly admin: readonly AdminRoute[];
  /** Stops timers and running work; state is on disk. */
  close(): Promise<void>;
}
