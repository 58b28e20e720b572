import { randomUUID } from 'node:crypto';
import { createServiceClock, type ServiceClock } from '@batchrock/local';
import { type AsyncQueue, createAsyncQueue } from './async-queue.ts';
import { type CrashMoment, type CrashPlan, createCrashes } from './crashes.ts';
import { createFunctionLog, type FunctionLog } from './function-log.ts';
import type { FunctionFailure } from './messages.ts';
import { type CallEnd, exited, type Sandbox, startSandbox } from './sandbox.ts';
import type { FunctionSettings, Surroundings } from './settings.ts';
import { createSlots } from './slots.ts';

/** What Invoke answers. */
export interface InvokeAnswer {
  readonly statusCode: number;
  readonly functionError?: string;
  readonly payload: Uint8Array;
}

/** Lambda, as far as functions of Node and their invocation go. */
export interface FunctionHost {
  /** Adds a function, or replaces it by its name: the sandboxes of the old one end. */
  add(settings: FunctionSettings): void;
  /** Invokes by name or ARN. Never rejects: a function that does not exist is a 404. */
  invoke(nameOrArn: string, payload: Uint8Array, type: 'RequestResponse' | 'Event'): Promise<InvokeAnswer>;
  /** Has the next invocation of a function end without a trace at that moment. The plan says whether it came to that. */
  crashNext(name: string, moment: CrashMoment): CrashPlan;
  /** All that a function has written, with the platform's lines. */
  log(name: string): readonly string[];
  /** When invocations of a function have failed, by the account's clock, in milliseconds since the epoch. */
  errors(name: string): readonly number[];
  /** How many invocations of a function have begun. */
  invocations(name: string): number;
  /** Resolves when no invocation runs or waits for a sandbox; those that wait for the clock do not count. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Where functions run, and where events go that are given up. */
export interface FunctionHostOptions extends Surroundings {
  readonly sendToQueue: (queueArn: string, body: string, callerRoleArn: string) => Promise<void>;
  /** On which asynchronous invocations are tried again, and which functions see as the time. Default: one of its own. */
  readonly clock?: ServiceClock;
  /** Sandboxes that run at once on this machine; further invocations wait, they are not refused. Default 8. */
  readonly maxRunning?: number;
}

interface HostedFunction {
  readonly settings: FunctionSettings;
  readonly log: FunctionLog;
  readonly idle: Sandbox[];
  readonly all: Set<Sandbox>;
  readonly queue: AsyncQueue;
  readonly errors: number[];
  running: number;
  invocations: number;
}

/** The largest event of an invocation, in bytes (Lambda quotas, 2026-11). */
const MOST_EVENT_BYTES = 6_291_556;

/** How often `idle` looks. */
const IDLE_LOOK_MS = 5;

/** Starts a host without functions. */
export function startFunctionHost(options: FunctionHostOptions): FunctionHost {
  const functions = new Map<string, HostedFunction>();
  const logs = new Map<string, FunctionLog>();
  const clock = options.clock ?? createServiceClock();
  const crashes = createCrashes();
  const slots = createSlots(options.maxRunning ?? 8);

  const call = async (hosted: HostedFunction, payload: string, requestId: string): Promise<CallEnd | 'throttled'> => {
    const { settings } = hosted;
    if (hosted.running >= (settings.reservedConcurrency ?? Number.POSITIVE_INFINITY)) return 'throttled';
    hosted.running += 1;
    hosted.invocations += 1;
    const over = clock.busy();
    const leave = await slots.enter();
    try {
      const ended = await callSandbox(hosted, payload, requestId);
      if (ended.kind === 'failed') hosted.errors.push(clock.now());
      return ended;
    } finally {
      leave();
      hosted.running -= 1;
      over();
    }
  };

  const callSandbox = async (hosted: HostedFunction, event: string, requestId: string): Promise<CallEnd> => {
    const { settings, log } = hosted;
    const crash = crashes.take(settings.name);
    const sandbox = hosted.idle.pop() ?? startSandbox(settings, options, log);
    hosted.all.add(sandbox);
    const failed = await sandbox.ready;
    if (failed !== undefined) {
      await drop(hosted, sandbox);
      return { kind: 'failed', failure: failed };
    }
    if (crash?.moment === 'before') return lost(hosted, sandbox, requestId, crash.strike);
    const dieAfterCalls = crash?.afterCalls;
    const aheadMs = clock.aheadMs();
    const ended = await sandbox.call({ requestId, event, aheadMs, ...(dieAfterCalls === undefined ? {} : { dieAfterCalls }) });
    if (crash?.moment === 'after' && ended.kind === 'returned') return lost(hosted, sandbox, requestId, crash.strike);
    if (sandbox.isGone) {
      hosted.all.delete(sandbox);
      if (dieAfterCalls !== undefined) crash?.strike();
    } else hosted.idle.push(sandbox);
    return ended;
  };

  return {
    add(settings) {
      const old = functions.get(settings.name);
      for (const sandbox of old?.idle.splice(0) ?? []) void drop(old, sandbox);
      const log = logs.get(settings.name) ?? createFunctionLog();
      logs.set(settings.name, log);
      const hosted: HostedFunction = {
        settings,
        log,
        idle: [],
        all: old?.all ?? new Set(),
        errors: old?.errors ?? [],
        running: 0,
        invocations: old?.invocations ?? 0,
        queue: createAsyncQueue({
          settings,
          clock,
          // what was sent before an update is tried again by what is there then
          attempt: (payload, requestId) => call(functions.get(settings.name) ?? hosted, payload, requestId),
          sendToQueue: options.sendToQueue,
        }),
      };
      functions.set(settings.name, hosted);
    },
    async invoke(nameOrArn, payload, type) {
      const hosted = functions.get(nameOf(nameOrArn));
      if (hosted === undefined) return refusal(404, 'ResourceNotFoundException', `Function not found: ${nameOrArn}`);
      if (payload.length > MOST_EVENT_BYTES)
        return refusal(
          413,
          'RequestTooLargeException',
          'Request must be smaller than 6291556 bytes for the InvokeFunction operation',
        );
      const event = payload.length === 0 ? '{}' : Buffer.from(payload).toString();
      if (!isJson(event)) return refusal(400, 'InvalidRequestContentException', 'Could not parse request body into json');
      if (type === 'Event') {
        hosted.queue.add(event);
        return { statusCode: 202, payload: new Uint8Array() };
      }
      return answerOf(await call(hosted, event, randomUUID()));
    },
    crashNext: crashes.plan,
    log: (name) => logs.get(name)?.lines() ?? [],
    errors: (name) => functions.get(name)?.errors ?? [],
    invocations: (name) => functions.get(name)?.invocations ?? 0,
    async idle() {
      const isWorking = ({ running, queue }: HostedFunction): boolean => running > 0 || queue.isWorking();
      while ([...functions.values()].some(isWorking)) await new Promise((resolve) => setTimeout(resolve, IDLE_LOOK_MS));
    },
    async close() {
      const sandboxes = [...functions.values()].flatMap(({ all }) => [...all]);
      for (const { queue } of functions.values()) queue.close();
      functions.clear();
      await Promise.all(sandboxes.map((sandbox) => sandbox.kill()));
    },
  };
}

async function drop(hosted: HostedFunction | undefined, sandbox: Sandbox): Promise<void> {
  await sandbox.kill();
  hosted?.all.delete(sandbox);
}

async function lost(hosted: HostedFunction, sandbox: Sandbox, requestId: string, strike: () => void): Promise<CallEnd> {
  strike();
  await drop(hosted, sandbox);
  return { kind: 'failed', failure: exited(requestId, 'with error: signal: killed') };
}

/** The name in an ARN, a partial ARN or a name, without its version or alias. */
function nameOf(nameOrArn: string): string {
  const parts = nameOrArn.split(':');
  const at = parts.indexOf('function');
  return (at < 0 ? parts[0] : parts[at + 1]) ?? '';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function answerOf(ended: CallEnd | 'throttled'): InvokeAnswer {
  if (ended === 'throttled') return THROTTLED;
  if (ended.kind === 'returned') return { statusCode: 200, payload: Buffer.from(ended.payload) };
  return { statusCode: 200, functionError: 'Unhandled', payload: asJson(ended.failure) };
}

const THROTTLED: InvokeAnswer = {
  statusCode: 429,
  payload: asJson({
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
    message: 'Rate Exceeded.',
    __type: 'TooManyRequestsException',
  }),
};

function refusal(statusCode: number, __type: string, message: string): InvokeAnswer {
  return { statusCode, payload: asJson({ __type, Type: 'User', message }) };
}

function asJson(value: FunctionFailure | object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
