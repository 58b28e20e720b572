import { randomUUID } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { PolicyAnswer } from '../bucket-policies.ts';
import type { Permission, Place } from '../judge/index.ts';
import type { MachineClock } from '../moto/index.ts';
import type { SqsAnswer } from '../queues/index.ts';
import type { StackAnswer } from '../stacks/index.ts';
import type { TableAnswer } from '../tables/index.ts';
import type { TopicsAnswer } from '../topics/index.ts';
import { type FrontRequest, jsonBody } from './call.ts';
import { callerOf, signatureOf } from './credentials.ts';
import type { IdentityAnswer } from './identity.ts';
import { type CreatedObject, objectCreatedBy } from './object-created.ts';
import { INVOKE, permissionsOf, targetAction } from './permissions.ts';
import { writeRefusal } from './refusal.ts';
import { lateS3Permission } from './s3-permissions.ts';
import type { TableRefusal } from './table-faults.ts';
import { createTurns, type Turns } from './turns.ts';

/** The calls of Step Functions after which a state machine has something to do. */
const WAKING = /^(StartExecution|StopExecution|RedriveExecution|SendTask\w+)$/;

/** What stands behind the front. */
export interface Backends {
  readonly place: Place;
  /** S3, DynamoDB, IAM, Logs, Step Functions. */
  readonly motoUrl: string;
  /** Another S3 in the place of moto's. */
  readonly objectsUrl?: string;
  /** Tables in the place of moto's; undefined for what moto is to carry out. */
  tables?(operation: string, body: Readonly<Record<string, unknown>>): TableAnswer | undefined;
  /** Of moto's state machines, which calls of them wake. */
  readonly machines: MachineClock;
  /** The local Bedrock, and its quotas; without it its calls go to moto, which has none of them. */
  readonly bedrockUrl?: string;
  /** The queues of the account; without it moto has queues of its own. */
  sqs?(operation: string, body: Readonly<Record<string, unknown>>): SqsAnswer;
  /** The topics of the account; without it moto has topics of its own. */
  sns?(form: URLSearchParams): TopicsAnswer;
  /** What CloudFormation says of the stacks that were made here; undefined for what moto is to answer. */
  cloudformation?(form: URLSearchParams): StackAnswer | undefined;
  /** What IAM and STS say of roles; undefined for what moto is to answer. */
  identity?(form: URLSearchParams, roleArn: string | undefined): Promise<IdentityAnswer | undefined>;
  /** What S3 says of the policy of a bucket; undefined for what is behind to answer. */
  bucketPolicy?(request: FrontRequest): PolicyAnswer | undefined;
  /** Told of each object that came into being, before its maker is answered. */
  objectCreated?(created: CreatedObject): Promise<void>;
  /** Runs a function. Rejects never: what went wrong is in the answer. */
  invoke(functionName: string, payload: Buffer, type: 'RequestResponse' | 'Event'): Promise<InvokeAnswer>;
  /** Undefined where the role may do all of it, else the sentence of the refusal. */
  judge(roleArn: string, permissions: readonly Permission[]): Promise<string | undefined>;
  /** What DynamoDB refuses of a role because too much is asked; undefined for what is carried out. */
  tableRefusal?(request: FrontRequest, roleArn: string): TableRefusal | undefined;
  /** Told of each call of a role that was allowed, and of its answer. */
  note?(request: FrontRequest, answer: { readonly bytes: number; readonly isDone: boolean }, roleArn: string): void;
}

/** The same, and the turns in which DynamoDB is asked. */
interface Behind extends Backends {
  readonly turns: Turns;
}

/** What an invocation of a function gave. */
export interface InvokeAnswer {
  readonly statusCode: number;
  readonly functionError?: string;
  readonly payload: Uint8Array;
}

/** The endpoint of all services. Requests wait until `serve` is called. */
export interface Front {
  readonly url: string;
  readonly port: number;
  serve(backends: Backends): void;
  close(): Promise<void>;
}

/**
 * Listens on a free port of loopback, tells who calls and what for, has it judged, and hands it on. It does not check
 * signatures: the access key says who calls.
 */
export async function openFront(): Promise<Front> {
  let serve: (backends: Backends) => void = () => {};
  const waiting = new Promise<Backends>((resolve) => {
    serve = resolve;
  });
  let latest: Backends | undefined;
  const turns = createTurns();
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 65_000 }, (request, response) => {
    void waiting
      .then(() => answer(request, response, { ...(latest as Backends), turns }))
      .catch((error: unknown) => {
        // a connection that breaks behind the front breaks before it too
        if (response.headersSent || isReset(error)) {
          response.destroy();
          return;
        }
        response.writeHead(500, { 'content-type': 'text/plain', 'x-amzn-errortype': 'FrontException' }).end(String(error));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    serve(backends) {
      latest = backends;
      serve(backends);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(incoming: IncomingMessage, response: ServerResponse, backends: Behind): Promise<void> {
  // moto's tasks read it from every error
  response.setHeader('x-amzn-requestid', randomUUID());
  const [path = '/', search = ''] = (incoming.url ?? '/').split('?', 2);
  const query = new URLSearchParams(search);
  const signature = signatureOf(incoming.headers, query);
  const request: FrontRequest = {
    method: incoming.method ?? 'GET',
    path,
    query,
    headers: incoming.headers,
    body: await bodyOf(incoming),
    service: signature?.service ?? 's3',
    region: signature?.region ?? backends.place.region,
  };
  const caller = signature === undefined ? undefined : callerOf(signature.accessKeyId);
  if (caller === undefined) return writeRefusal(response, request, 'the request is signed by nobody of the account');
  const roleArn = caller.kind === 'role' ? caller.roleArn : undefined;
  if (roleArn !== undefined) {
    const refusal = await backends.judge(roleArn, permissionsOf(request, backends.place));
    if (refusal !== undefined) return writeRefusal(response, request, refusal);
  }
  const overload =
    roleArn !== undefined && request.service === 'dynamodb' ? backends.tableRefusal?.(request, roleArn) : undefined;
  if (overload !== undefined) return writeOverload(response, overload);
  const functionName = request.service === 'lambda' ? INVOKE.exec(path)?.[1] : undefined;
  if (functionName !== undefined) return invoke(response, request, decodeURIComponent(functionName), backends);
  if (request.service === 'sqs' && backends.sqs !== undefined) {
    if (roleArn !== undefined) backends.note?.(request, { bytes: 0, isDone: true }, roleArn);
    return writeSqs(response, backends.sqs(targetAction(request), jsonBody(request)));
  }
  const held = request.service === 'dynamodb' ? backends.tables?.(targetAction(request), jsonBody(request)) : undefined;
  if (held !== undefined) {
    const bytes = writeItems(response, held);
    if (roleArn !== undefined) backends.note?.(request, { bytes, isDone: held.statusCode === 200 }, roleArn);
    return;
  }
  if (request.service === 'sns' && backends.sns !== undefined) return writeXml(response, backends.sns(formOf(request)));
  const identity =
    request.service === 'iam' || request.service === 'sts' ? await backends.identity?.(formOf(request), roleArn) : undefined;
  if (identity !== undefined) return writeXml(response, identity);
  const policy = request.service === 's3' ? backends.bucketPolicy?.(request) : undefined;
  if (policy !== undefined) {
    const { statusCode, contentType, body } = policy;
    return void response.writeHead(statusCode, { 'content-type': contentType }).end(body);
  }
  const told = request.service === 'cloudformation' ? backends.cloudformation?.(formOf(request)) : undefined;
  if (told !== undefined) return writeXml(response, told);
  const url = urlBehind(request.service, backends);
  const send = (): Promise<IncomingMessage> => forward(incoming, request.body, url, backends.machines.headers());
  const answered = await handOn(request, send, backends);
  const late = request.service === 's3' ? lateS3Permission(request, answered, backends.place) : undefined;
  if (roleArn !== undefined && late !== undefined) {
    const refusal = await backends.judge(roleArn, [late]);
    if (refusal !== undefined) {
      answered.resume();
      return writeRefusal(response, request, refusal);
    }
  }
  const noted = { bytes: Number(answered.headers['content-length'] ?? 0), isDone: (answered.statusCode ?? 502) < 400 };
  if (roleArn !== undefined) backends.note?.(request, noted, roleArn);
  const created = objectCreatedBy(request, answered.statusCode ?? 502);
  if (created !== undefined) await backends.objectCreated?.(created);
  response.writeHead(answered.statusCode ?? 502, answered.headers);
  await pipeline(answered, response);
}

function urlBehind(service: string, { bedrockUrl, objectsUrl, motoUrl }: Backends): string {
  if (service === 'bedrock' || service === 'servicequotas') return bedrockUrl ?? motoUrl;
  return service === 's3' ? (objectsUrl ?? motoUrl) : motoUrl;
}

/**
 * moto carries out what is asked of DynamoDB by several threads over the tables that all of them read, and takes a whole table
 * back when an item of a transaction is refused: no call may come between.
 */
function handOn(
  request: FrontRequest,
  send: () => Promise<IncomingMessage>,
  { turns, machines }: Behind,
): Promise<IncomingMessage> {
  if (request.service === 'dynamodb') return turns.take(send);
  return WAKING.test(targetAction(request)) ? machines.wake(send) : send();
}

function writeOverload(response: ServerResponse, { type, body }: TableRefusal): void {
  const shape = `com.amazonaws.dynamodb.v20120810#${type}`;
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ __type: shape, ...body }));
}

/** How long the answer is, in bytes. */
function writeItems(response: ServerResponse, { statusCode, body }: TableAnswer): number {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(statusCode, { 'content-type': 'application/x-amz-json-1.0', 'content-length': text.length }).end(text);
  return text.length;
}

function writeSqs(response: ServerResponse, { statusCode, body }: SqsAnswer): void {
  response.writeHead(statusCode, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

function formOf(request: FrontRequest): URLSearchParams {
  return new URLSearchParams(request.body.toString());
}

function writeXml(response: ServerResponse, { statusCode, xml }: TopicsAnswer | StackAnswer): void {
  response.writeHead(statusCode, { 'content-type': 'text/xml' }).end(xml);
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function invoke(response: ServerResponse, request: FrontRequest, name: string, backends: Backends): Promise<void> {
  const type = request.headers['x-amz-invocation-type'] === 'Event' ? 'Event' : 'RequestResponse';
  const answered = await backends.invoke(name, request.body, type);
  response.writeHead(answered.statusCode, {
    'content-type': 'application/json',
    'x-amz-executed-version': '$LATEST',
    ...backends.machines.headers(),
    ...(answered.functionError === undefined ? {} : { 'x-amz-function-error': answered.functionError }),
  });
  response.end(answered.payload);
}

/** Hands a request on as it came, with what moto is told beside. */
function forward(
  incoming: IncomingMessage,
  body: Buffer,
  url: string,
  told: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  const target = new URL(url);
  const { 'transfer-encoding': _, ...headers } = incoming.headers;
  return new Promise((resolve, reject) => {
    const options = {
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...headers, ...told, 'content-length': String(body.length) },
    };
    httpRequest(options, resolve).once('error', reject).end(body);
  });
}
