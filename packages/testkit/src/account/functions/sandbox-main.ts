import { subscribe } from 'node:diagnostics_channel';
import { existsSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { endLine, type FunctionFailure, type SandboxCall, type SandboxReport, type SandboxStart } from './messages.ts';

// The process of one sandbox: loads the handler as Lambda's runtime for Node does, and gives it one event at a time.

type Handler = (event: unknown, context: unknown) => unknown;

/** The largest answer of a function, in bytes (Lambda quotas, 2026-11). */
const MOST_ANSWER_BYTES = 6_291_556;

let aheadMs = 0;
let current: SandboxCall | undefined;
let calls = 0;

const start = JSON.parse(process.argv[2] ?? '{}') as SandboxStart;
process.argv.length = 2;
// for this process alone: Lambda defines no such variable
delete process.env['NODE_COMPILE_CACHE'];
process.once('disconnect', () => process.exit());
shiftDates();
prefixConsole();
countCalls();
process.on('uncaughtException', (error) => endWith(failureOf(error)));
process.on('unhandledRejection', (reason) => {
  const failure = failureOf(reason);
  const { errorType, errorMessage } = failure;
  endWith({ ...failure, errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: `${errorType}: ${errorMessage}` });
});

const handler = await loadHandler().catch((failure: FunctionFailure) => {
  report({ kind: 'init-failed', failure });
  return undefined;
});
if (handler !== undefined) {
  // what was compiled is kept by then: a sandbox never ends by itself
  flushCompileCache();
  process.on('message', (call: SandboxCall) => void run(handler, call));
  report({ kind: 'ready' });
}

function report(what: SandboxReport): void {
  process.send?.(what);
}

async function run(handle: Handler, call: SandboxCall): Promise<void> {
  const deadline = performance.now() + call.remainingMs;
  aheadMs = call.aheadMs;
  current = call;
  calls = 0;
  process.stdout.write(`START RequestId: ${call.requestId} Version: $LATEST\n`);
  let said: SandboxReport;
  try {
    said = returned(call.requestId, await handle(JSON.parse(call.event), contextOf(call, deadline)));
  } catch (error) {
    said = { kind: 'threw', requestId: call.requestId, failure: failureOf(error) };
  }
  current = undefined;
  process.stdout.write(`${endLine(call.requestId)}\n`);
  report(said);
}

function returned(requestId: string, value: unknown): SandboxReport {
  const payload = JSON.stringify(value) ?? 'null';
  const size = Buffer.byteLength(payload);
  if (size <= MOST_ANSWER_BYTES) return { kind: 'returned', requestId, payload };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MOST_ANSWER_BYTES} bytes).`;
  return { kind: 'threw', requestId, failure: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
}

function contextOf({ requestId }: SandboxCall, deadline: number): object {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: start.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: start.functionArn,
    memoryLimitInMB: String(start.memoryMB),
    logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}

/** Ends the process, as the runtime does on what nobody caught. */
function endWith(failure: FunctionFailure): void {
  const requestId = current?.requestId;
  if (requestId === undefined) process.exit(1);
  process.stdout.write(`${endLine(requestId)}\n`);
  process.send?.({ kind: 'died', requestId, failure } satisfies SandboxReport, () => process.exit(129));
}

async function loadHandler(): Promise<Handler> {
  const dot = start.handler.lastIndexOf('.');
  const [file, name] = [start.handler.slice(0, dot), start.handler.slice(dot + 1)];
  const path = ['.mjs', '.js', '.cjs'].map((end) => join(start.codeFolder, `${file}${end}`)).find((each) => existsSync(each));
  if (path === undefined) throw failure('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const module = await import(pathToFileURL(path).href).catch((error: unknown) => {
    const type = error instanceof SyntaxError ? 'Runtime.UserCodeSyntaxError' : 'Runtime.ImportModuleError';
    throw failure(type, String(error), error);
  });
  const found: unknown = module[name] ?? module.default?.[name];
  if (typeof found === 'function') return found as Handler;
  throw failure('Runtime.HandlerNotFound', `${start.handler} is undefined or not exported`);
}

function failure(errorType: string, errorMessage: string, cause?: unknown): FunctionFailure {
  return { errorType, errorMessage, trace: cause instanceof Error ? (cause.stack ?? '').split('\n') : [] };
}

function failureOf(error: unknown): FunctionFailure {
  if (error instanceof Error) return failure(error.name, error.message, error);
  return failure(typeof error, String(error));
}

/** The clock of the account in the place of the wall's. */
function shiftDates(): void {
  const Wall = Date;
  const now = (): number => Wall.now() + Math.round(aheadMs);
  globalThis.Date = new Proxy(Wall, {
    construct: (target, given, self) => Reflect.construct(target, given.length === 0 ? [now()] : given, self),
    apply: () => new Wall(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}

/** Lines of console carry time, request and level, and all go to standard output. */
function prefixConsole(): void {
  for (const level of ['debug', 'info', 'log', 'warn', 'error', 'trace'] as const) {
    console[level] = (...given: unknown[]) => {
      const word = level === 'log' ? 'INFO' : level.toUpperCase();
      process.stdout.write(`${new Date().toISOString()}\t${current?.requestId ?? 'undefined'}\t${word}\t${format(...given)}\n`);
    };
  }
}

/** Counts the answered calls of a handler, and dies of the one that it was told to. */
function countCalls(): void {
  const answered = (): void => {
    calls += 1;
    if (calls === current?.dieAfterCalls) process.kill(process.pid, 'SIGKILL');
  };
  subscribe('http.client.response.finish', answered);
  subscribe('undici:request:headers', answered);
}
