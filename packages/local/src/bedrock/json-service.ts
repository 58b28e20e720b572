import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service, ServiceName, ServiceRequest } from '../server/index.ts';
import { isDiskFull } from '../storage/index.ts';
import { AwsError } from './service-error.ts';
import type { BedrockState, Call } from './state.ts';

/** An operation that a service has found for a request. */
export interface FoundOperation {
  /** As in the service model; faults are set by it. */
  readonly name: string;
  readonly labels: readonly string[];
  run(call: Call): Promise<JsonAnswer> | JsonAnswer;
}

/** A JSON answer and the headers that go with it. */
export interface JsonAnswer {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The largest body that is read: a record of the runtime API with images stays below it. */
const MOST_BODY_BYTES = 32 * 1024 * 1024;

/**
 * A service that speaks JSON: finds the operation, applies the faults of calls, answers. Errors carry their type in
 * `x-amzn-errortype` and in the body, for clients of every age.
 */
export function createJsonService(options: {
  readonly name: ServiceName;
  readonly contentType: string;
  readonly state: BedrockState;
  /** Undefined: there is no such operation. */
  find(request: ServiceRequest): FoundOperation | undefined;
}): Service {
  const { name, contentType, state, find } = options;
  return {
    name,
    async handle(request, response) {
      const operation = find(request);
      if (operation === undefined) {
        throw new AwsError('UnknownOperationException', `${request.method} ${request.path} is no operation that is served here.`);
      }
      const body = await readBody(request);
      const { fate, latencyMs } = state.faults.fateOf(operation.name);
      if (latencyMs > 0) await sleep(latencyMs, undefined, { signal: request.signal });
      if (fate === 'throttled') throw new AwsError('ThrottlingException', 'Too many requests, please wait before trying again.');
      if (fate === 'error-before') throw brokenByFault();
      const { account, region } = request.caller;
      const call = { account, region, labels: operation.labels, query: request.query, body, signal: request.signal };
      const answer = await operation.run(call);
      if (fate === 'error-after') throw brokenByFault();
      if (fate === 'lost') {
        response.destroy();
        return;
      }
      response.writeHead(200, { 'content-type': contentType, ...answer.headers }).end(JSON.stringify(answer.body));
    },
    fail(_request, response, error) {
      sendError(response, contentType, error instanceof AwsError ? error : internal(error), statusOf(error));
    },
  };
}

/** A full disk is no fault of the service that another try could mend; 507 is what S3 servers say (RFC 4918). */
function statusOf(error: unknown): number | undefined {
  return isDiskFull(error) ? 507 : undefined;
}

function sendError(response: ServerResponse, contentType: string, known: AwsError, status: number = known.status): void {
  const { type, message } = known;
  response
    .writeHead(status, { 'content-type': contentType, 'x-amzn-errortype': type })
    .end(JSON.stringify({ __type: type, message, Message: message }));
}

function brokenByFault(): AwsError {
  return new AwsError(
    'InternalServerException',
    'The system encountered an unexpected error during processing. Try your request again.',
  );
}

function internal(error: unknown): AwsError {
  return new AwsError('InternalServerException', error instanceof Error ? error.message : String(error));
}

async function readBody(request: ServiceRequest): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BODY_BYTES) throw new AwsError('ValidationException', `The request is larger than ${MOST_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new AwsError('ValidationException', 'The request body is not valid JSON.');
  }
}
