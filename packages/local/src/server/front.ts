import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextLoop } from 'node:timers/promises';
import { ADMIN_PREFIX, answerAdmin } from './admin.ts';
import { bucketOfHost, hostOf, isLocalRequest } from './guard.ts';
import type { AdminRoute, Service } from './handler.ts';
import { acceptHttp2, type Http2Half } from './http2.ts';
import { credentialScope, serviceOf } from './route.ts';

/** How long a connection without a request is kept, in milliseconds. */
const KEEP_ALIVE_MS = 65_000;

/** How long running requests may go on after the server was asked to close, in milliseconds. */
const CLOSE_GRACE_MS = 1000;

/** Two turns of the loop were seen to be enough for the end of a connection to be noticed at its other end. */
const TURNS_TO_SEE_AN_END = 4;

/** What is served, once the modules are open. */
export interface Served {
  readonly services: readonly Service[];
  readonly admin: readonly AdminRoute[];
}

/** What the front knows of the account. */
export interface FrontOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly account: string;
  readonly region: string;
}

/** The listening server. Requests wait until `serve` is called. */
export interface Front {
  readonly port: number;
  serve(served: Served): void;
  close(): Promise<void>;
}

/** Listens, guards, numbers the requests and hands each to its service. Rejects with the system's error. */
export async function openFront(options: FrontOptions): Promise<Front> {
  let serve: (served: Served) => void = () => {};
  const served = new Promise<Served>((resolve) => {
    serve = resolve;
  });
  const closing = new AbortController();
  // A large upload may take longer than any fixed time.
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    void answer(request, response, served, options, closing.signal);
  };
  // Node's 5 seconds close a kept connection just when a slow client takes it up again.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS }, take);
  const http2 = acceptHttp2(server, take);
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    serve: (modules) => serve(modules),
    async close() {
      closing.abort(new Error('the server is closing'));
      await close(server, http2);
      // Clients in this process see that their idle connections are gone before a successor can be asked over them.
      for (let turn = 0; turn < TURNS_TO_SEE_AN_END; turn++) await nextLoop();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  waiting: Promise<Served>,
  options: FrontOptions,
  closing: AbortSignal,
): Promise<void> {
  const id = randomUUID();
  response.setHeader('x-amz-request-id', id);
  response.setHeader('x-amzn-requestid', id);
  const gone = new AbortController();
  response.once('close', () => response.writableFinished || gone.abort(new Error('the client hung up')));
  if (!isLocalRequest(request)) return refuse(response, 403, 'the local Bedrock answers requests to localhost only');
  const [path = '/', search = ''] = splitTarget(request.url ?? '/');
  const query = new URLSearchParams(search);
  const served = await waiting;
  if (closing.aborted) return refuse(response, 503, 'the server is closing');
  if (path.startsWith(ADMIN_PREFIX)) return answerAdmin(served.admin, request, path, query, response);
  const scope = credentialScope(request.headers, query);
  const method = request.method ?? 'GET';
  const name = serviceOf(scope, request.headers, method, path);
  const service = served.services.find((candidate) => candidate.name === name);
  if (service === undefined) return refuse(response, 501, `${name ?? scope?.service} is not served here`);
  const hostBucket = name === 's3' ? bucketOfHost(hostOf(request.headers.host) ?? '') : undefined;
  const serviceRequest = {
    id,
    method,
    path,
    query,
    headers: request.headers,
    body: request,
    caller: {
      account: options.account,
      region: scope?.region ?? options.region,
      ...(scope && { accessKeyId: scope.accessKeyId }),
    },
    ...(hostBucket === undefined ? {} : { hostBucket }),
    signal: AbortSignal.any([gone.signal, closing]),
  };
  try {
    await service.handle(serviceRequest, response);
  } catch (error) {
    // Nothing can be said in the middle of an answer, or to nobody: the broken connection tells the client.
    if (response.headersSent || gone.signal.aborted) response.destroy();
    else service.fail(serviceRequest, response, error);
  }
}

function splitTarget(target: string): [string, string] {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  return [path.startsWith('/') ? path : new URL(path, 'http://localhost').pathname, at < 0 ? '' : target.slice(at + 1)];
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify({ message })}\n`);
}

function listen(server: Server, { host, port }: FrontOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server, http2: Http2Half): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      http2.destroy();
      server.closeAllConnections();
    }, CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
    http2.close();
  });
}
