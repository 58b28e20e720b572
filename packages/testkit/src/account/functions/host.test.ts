import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServiceClock, type ServiceClock } from '@batchrock/local';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FunctionHost, type FunctionHostOptions, type FunctionSettings, startFunctionHost } from './index.ts';

let folder: string;
let host: FunctionHost;
let clock: ServiceClock;
let queued: { readonly queueArn: string; readonly body: Record<string, unknown>; readonly caller: string }[];
let service: Server;
let requests: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'function-'));
  requests = [];
  service = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end('ok');
  });
  await new Promise<void>((resolve) => {
    service.listen(0, '127.0.0.1', resolve);
  });
  start();
});
afterEach(async () => {
  await host.close();
  service.closeAllConnections();
  service.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = (options: Partial<FunctionHostOptions> = {}): void => {
  queued = [];
  clock = createServiceClock();
  host = startFunctionHost({
    endpoint: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentialsFor: (roleArn) => ({ accessKeyId: `key of ${roleArn}`, secretAccessKey: 's', sessionToken: 't' }),
    async sendToQueue(queueArn, body, caller) {
      queued.push({ queueArn, body: JSON.parse(body) as Record<string, unknown>, caller });
    },
    clock,
    ...options,
  });
};
const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
const add = (code: string, change: Partial<FunctionSettings> = {}): void => {
  writeFileSync(join(folder, 'index.mjs'), code);
  host.add({
    name: 'f',
    arn: ARN,
    roleArn: 'arn:aws:iam::123456789012:role/r',
    codeFolder: folder,
    handler: 'index.handler',
    environment: { TABLE: 'waiters' },
    timeoutSeconds: 30,
    memoryMB: 128,
    ...change,
  });
};
const invoke = async (event: unknown = {}, name = 'f') => {
  const answer = await host.invoke(name, Buffer.from(JSON.stringify(event)), 'RequestResponse');
  return { ...answer, payload: JSON.parse(Buffer.from(answer.payload).toString()) as never };
};
const send = (event: unknown) => host.invoke('f', Buffer.from(JSON.stringify(event)), 'Event');
const get = (path: string) =>
  `await new Promise((resolve) => http.get(process.env.AWS_ENDPOINT_URL + '${path}', (response) => response.resume().on('end', resolve)));`;

describe('a function', () => {
  test('is given its event and a context, and its answer is JSON', async () => {
    add(`export const handler = async (event, context) => ({ event, ...context, left: context.getRemainingTimeInMillis() });`);
    const { payload, statusCode, functionError } = await invoke({ a: [1, 'zwei'] }, `${ARN}:$LATEST`);
    expect([statusCode, functionError]).toEqual([200, undefined]);
    expect(payload).toMatchObject({
      event: { a: [1, 'zwei'] },
      functionName: 'f',
      functionVersion: '$LATEST',
      invokedFunctionArn: ARN,
      memoryLimitInMB: '128',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect((payload as { left: number }).left).toBeGreaterThan(25_000);
    expect((payload as { left: number }).left).toBeLessThanOrEqual(30_000);
  });

  test('answers null where it returns nothing', async () => {
    add('export const handler = async () => undefined;');
    expect((await invoke()).payload).toBeNull();
  });

  test('sees its own environment, that of Lambda, and nothing else', async () => {
    process.env['OF_THIS_PROCESS'] = 'secret';
    add('export const handler = async () => process.env;');
    const { payload } = await invoke();
    expect(payload).toMatchObject({
      TABLE: 'waiters',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'key of arn:aws:iam::123456789012:role/r',
      AWS_SESSION_TOKEN: 't',
      AWS_ENDPOINT_URL: expect.stringContaining('http://127.0.0.1:'),
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      _HANDLER: 'index.handler',
    });
    for (const name of ['OF_THIS_PROCESS', 'HOME', 'NODE_OPTIONS', 'NODE_CHANNEL_FD']) expect(payload).not.toHaveProperty(name);
  });

  test('takes the account’s clock for the time', async () => {
    add(
      'export const handler = async () => [Date.now(), new Date().getTime(), new Date(5).getTime(), new Date() instanceof Date];',
    );
    await clock.advance(86_400_000);
    const [now, made, fixed, isDate] = (await invoke()).payload as [number, number, number, boolean];
    expect(Math.abs(now - clock.now())).toBeLessThan(20_000);
    expect(Math.abs(made - now)).toBeLessThan(1_000);
    expect([fixed, isDate]).toEqual([5, true]);
  });

  test('is kept warm, and stopped between its invocations', async () => {
    add(`let ticks = 0, calls = 0; setInterval(() => ticks++, 5);
      export const handler = async () => { const before = ticks; await new Promise((r) => setTimeout(r, 40)); return { pid: process.pid, calls: ++calls, before }; };`);
    const first = (await invoke()).payload as { pid: number };
    await new Promise((resolve) => setTimeout(resolve, 400));
    const second = (await invoke()).payload as { pid: number; calls: number; before: number };
    expect(second).toMatchObject({ pid: first.pid, calls: 2 });
    // 400 ms of ticks would be 80
    expect(second.before).toBeLessThan(40);
  });

  test('is loaded by the name of its handler, in a module of either kind', async () => {
    add('');
    writeFileSync(join(folder, 'other.cjs'), 'exports.main = async () => "other";');
    add('', { handler: 'other.main' });
    expect((await invoke()).payload).toBe('other');
  });

  test('runs in as many sandboxes as are invoked at once, up to its reserved concurrency', async () => {
    add('export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 600)); return process.pid; };', {
      reservedConcurrency: 2,
    });
    const answers = await Promise.all([invoke(), invoke(), invoke()]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 200, 429]);
    expect(answers.find(({ statusCode }) => statusCode === 429)?.payload).toMatchObject({
      __type: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
    const pids = answers.filter(({ statusCode }) => statusCode === 200).map(({ payload }) => payload);
    expect(new Set(pids).size).toBe(2);
  });

  test('waits where the machine is busy, and is not refused', async () => {
    await host.close();
    start({ maxRunning: 1 });
    add('let n = 0; export const handler = async () => ++n;');
    const answers = await Promise.all([invoke(), invoke(), invoke()]);
    expect(answers.map(({ payload }) => payload)).toEqual([1, 2, 3]);
  });

  test('that does not exist is not found', async () => {
    expect(await invoke({}, 'nobody')).toMatchObject({ statusCode: 404, payload: { __type: 'ResourceNotFoundException' } });
  });

  test('is replaced by another of its name', async () => {
    add('export const handler = async () => 1;');
    await invoke();
    writeFileSync(join(folder, 'index2.mjs'), 'export const handler = async () => 2;');
    add('', { handler: 'index2.handler' });
    expect((await invoke()).payload).toBe(2);
  });
});

describe('what a function does wrong', () => {
  test.each([
    ['throw', 'throw new TypeError("no such thing")', 'TypeError', 'no such thing'],
    ['throw no error', 'throw "a word"', 'string', 'a word'],
    [
      'leave a rejection',
      'Promise.reject(new RangeError("r")); await new Promise(() => {})',
      'Runtime.UnhandledPromiseRejection',
      'RangeError: r',
    ],
    ['throw outside', 'setTimeout(() => { throw new Error("late") }); await new Promise(() => {})', 'Error', 'late'],
    ['exit', 'process.exit(3)', 'Runtime.ExitError', 'Error: Runtime exited with error: exit status 3'],
    ['exit quietly', 'process.exit(0)', 'Runtime.ExitError', 'Error: Runtime exited without providing a reason'],
    ['say too much', 'return "x".repeat(6_300_000)', 'Function.ResponseSizeTooLarge', 'Response payload size exceeded'],
  ])('%s: it is told as Lambda tells it, and the next invocation is well', async (_, code, errorType, message) => {
    add(`export const handler = async (event) => { if (event.well) return "well"; ${code}; };`);
    const { statusCode, functionError, payload } = await invoke();
    expect([statusCode, functionError]).toEqual([200, 'Unhandled']);
    expect(payload).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) });
    expect((await invoke({ well: true })).payload).toBe('well');
  });

  test('an error has its trace', async () => {
    add('export const handler = async () => { throw new Error("here"); };');
    const { trace } = (await invoke()).payload as { trace: string[] };
    expect(trace[0]).toBe('Error: here');
    expect(trace[1]).toContain('index.mjs:1');
  });

  test('a timeout ends it', async () => {
    add('export const handler = async () => { for (;;); };', { timeoutSeconds: 1 });
    expect((await invoke()).payload).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1.00 seconds$/),
    });
  });

  test('it is ended when it takes more memory than it has', async () => {
    add('export const handler = async () => { const held = []; for (;;) { held.push(Buffer.alloc(4e6, 1)); await null; } };');
    expect((await invoke()).payload).toMatchObject({ errorMessage: expect.stringContaining('signal: killed') });
  });

  test.each([
    ['no.handler', '', 'Runtime.ImportModuleError'],
    ['index.handler', 'import "./missing.mjs"', 'Runtime.ImportModuleError'],
    ['index.handler', 'const ;', 'Runtime.UserCodeSyntaxError'],
    ['index.handler', 'export const other = 1', 'Runtime.HandlerNotFound'],
    ['index.handler', 'process.exit(1)', 'Runtime.ExitError'],
  ])('a handler %s of "%s" cannot be loaded', async (handler, code, errorType) => {
    add(code, { handler });
    expect(await invoke()).toMatchObject({ functionError: 'Unhandled', payload: { errorType } });
  });
});

describe('an event that is sent', () => {
  const FAILING = 'export const handler = async (event) => { console.log("try", event.n); throw new Error("never"); };';
  const tries = (): number => host.log('f').filter((line) => line.includes('try')).length;

  test('is answered at once and run by itself', async () => {
    add('export const handler = async (event) => console.log("ran", event.n);');
    expect(await send({ n: 7 })).toEqual({ statusCode: 202, payload: new Uint8Array() });
    await host.idle();
    expect(host.log('f').join('\n')).toContain('INFO\tran 7');
  });

  test('is tried after a minute and two more, and then goes to the failure destination', async () => {
    add(FAILING, { onFailureQueueArn: 'arn:aws:sqs:eu-west-1:123456789012:q' });
    await send({ n: 1 });
    await host.idle();
    expect(tries()).toBe(1);
    await clock.advance(55_000);
    expect(tries()).toBe(1);
    await clock.advance(10_000);
    expect(tries()).toBe(2);
    await clock.advance(100_000);
    expect(tries()).toBe(2);
    expect(queued).toEqual([]);
    await clock.advance(30_000);
    expect(tries()).toBe(3);
    expect(queued).toHaveLength(1);
    expect(queued[0]).toMatchObject({
      queueArn: 'arn:aws:sqs:eu-west-1:123456789012:q',
      caller: 'arn:aws:iam::123456789012:role/r',
      body: {
        version: '1.0',
        requestContext: { functionArn: `${ARN}:$LATEST`, condition: 'RetriesExhausted', approximateInvokeCount: 3 },
        requestPayload: { n: 1 },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: { errorType: 'Error', errorMessage: 'never', trace: expect.any(Array) },
      },
    });
  });

  test('is tried again by the code that is there then', async () => {
    add(FAILING);
    await send({ n: 1 });
    await host.idle();
    writeFileSync(join(folder, 'index2.mjs'), 'export const handler = async ({ n }) => console.log("mended", n);');
    add(FAILING, { handler: 'index2.handler' });
    await clock.advance(70_000);
    expect(host.log('f').join()).toContain('mended 1');
    expect(tries()).toBe(1);
  });

  test('is tried as often as it is told to, and not beyond its age', async () => {
    add(FAILING, { onFailureQueueArn: 'q', maxRetryAttempts: 0 });
    await send({ n: 1 });
    await clock.advance(3_600_000);
    add(FAILING, { onFailureQueueArn: 'q', maxEventAgeSeconds: 60 });
    await send({ n: 2 });
    await clock.advance(3_600_000);
    expect(tries()).toBe(2);
    expect(queued.map(({ body }) => (body['requestContext'] as { condition: string }).condition)).toEqual([
      'RetriesExhausted',
      'EventAgeExceeded',
    ]);
  });

  test('waits while the function has no room, which is no attempt', async () => {
    add('export const handler = async () => { console.log("try"); await new Promise((resolve) => setTimeout(resolve, 300)); };', {
      reservedConcurrency: 1,
      maxRetryAttempts: 0,
      onFailureQueueArn: 'q',
    });
    for (let n = 0; n < 3; n += 1) await send({ n });
    await clock.advance(60_000);
    expect(tries()).toBe(3);
    expect(queued).toEqual([]);
  });
});

describe('a crash', () => {
  const HANDLER = `import http from 'node:http';
    export const handler = async () => { console.log('begun'); ${get('/1')} ${get('/2')} ${get('/3')} return 'done'; };`;
  const KILLED = { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') };

  test.each([
    ['before' as const, [], false],
    ['during' as const, ['/1'], true],
    [{ afterCalls: 2 }, ['/1', '/2'], true],
    ['after' as const, ['/1', '/2', '/3'], true],
  ])('%j leaves what was done by then', async (moment, done, hasBegun) => {
    add(HANDLER);
    const plan = host.crashNext('f', moment);
    expect((await invoke()).payload).toMatchObject(KILLED);
    expect(plan.hasStruck).toBe(true);
    expect(requests).toEqual(done);
    expect(host.log('f').some((line) => line.includes('begun'))).toBe(hasBegun);
    expect((await invoke()).payload).toBe('done');
    expect(requests).toEqual([...done, '/1', '/2', '/3']);
  });

  test('of a handler that makes fewer calls does not come', async () => {
    add(HANDLER);
    const plan = host.crashNext('f', { afterCalls: 4 });
    expect((await invoke()).payload).toBe('done');
    expect(plan.hasStruck).toBe(false);
  });

  test('of a function that is warm is one too', async () => {
    add(HANDLER);
    await invoke();
    host.crashNext('f', 'during');
    expect((await invoke()).payload).toMatchObject(KILLED);
    expect((await invoke()).payload).toBe('done');
  });
});

test('the log has what was written to console and both outputs, with the platform’s lines', async () => {
  add(
    `export const handler = async () => { console.warn('w %d', 1); console.error(new Error('e')); process.stderr.write('raw\\n'); process.stdout.write('no end'); };`,
  );
  await invoke();
  const log = host.log('f').join('\n');
  for (const part of [
    'START RequestId: ',
    'WARN\tw 1',
    'ERROR\tError: e',
    'raw',
    'no end',
    'END RequestId: ',
    'Max Memory Used: ',
  ]) {
    expect(log).toContain(part);
  }
});
