import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createExecutions, createFunctions, describeStack } from './index.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server in the place of both services; what it was asked, by the operation. */
async function served(answers: Readonly<Record<string, Answer>>) {
  const asked: Record<string, string> = {};
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const target = String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) as string;
    const operation = target === '' ? (new URLSearchParams(body).get('Action') ?? '') : target;
    asked[operation] = body;
    asked[request.url ?? ''] = body;
    const answer = answers[operation] ?? answers[request.url ?? ''] ?? { status: 500, body: '' };
    const type = target === '' ? 'text/xml' : 'application/x-amz-json-1.0';
    response.writeHead(answer.status, { 'content-type': type, ...answer.headers }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { options: { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }, asked };
}

const stackXml = (outputs: string): string =>
  `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
  <StackName>Runs</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-21T00:00:00Z</CreationTime>
  ${outputs}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

test('a stack is told with its outputs, also one that has none', async () => {
  const output = '<Outputs><member><OutputKey>bucketName</OutputKey><OutputValue>b &amp; c</OutputValue></member></Outputs>';
  const one = await served({ DescribeStacks: { status: 200, body: stackXml(output) } });
  expect(await describeStack(one.options, 'Runs')).toEqual({
    name: 'Runs',
    status: 'CREATE_COMPLETE',
    outputs: { bucketName: 'b & c' },
  });
  expect(new URLSearchParams(one.asked['DescribeStacks']).get('StackName')).toBe('Runs');
  const none = await served({ DescribeStacks: { status: 200, body: stackXml('') } });
  expect((await describeStack(none.options, 'Runs'))?.outputs).toEqual({});
});

test('a stack that is not there is undefined; a refusal says which permission is missing', async () => {
  const error = (code: string, message: string): Answer => ({
    status: 400,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  });
  const none = await served({ DescribeStacks: error('ValidationError', 'Stack with id Runs does not exist') });
  expect(await describeStack(none.options, 'Runs')).toBeUndefined();
  const wrong = await served({ DescribeStacks: error('ValidationError', 'the name is no name') });
  await expect(describeStack(wrong.options, 'Runs')).rejects.toMatchObject({ code: 'BR-E0504' });
  const denied = await served({ DescribeStacks: error('AccessDenied', 'not you') });
  await expect(describeStack(denied.options, 'Runs')).rejects.toMatchObject({
    code: 'BR-E0501',
    hint: 'the caller needs cloudformation:DescribeStacks on the stack',
  });
});

test('an execution is started under its name, and a name that is taken is a value', async () => {
  const arn = 'arn:aws:states:us-east-1:111122223333:execution:machine:one';
  const { options, asked } = await served({
    StartExecution: { status: 200, body: JSON.stringify({ executionArn: arn, startDate: 1 }) },
    DescribeExecution: {
      status: 200,
      body: JSON.stringify({ executionArn: arn, status: 'FAILED', input: '{}', error: 'BR-E0106', cause: 'why' }),
    },
    StopExecution: { status: 200, body: '{"stopDate":1}' },
  });
  const executions = createExecutions(options);
  expect(await executions.start('machine', { name: 'one', input: '{"a":1}' })).toEqual({ kind: 'started', executionArn: arn });
  expect(JSON.parse(asked['StartExecution'] ?? '')).toEqual({ stateMachineArn: 'machine', name: 'one', input: '{"a":1}' });
  expect(await executions.look(arn)).toEqual({
    executionArn: arn,
    status: 'FAILED',
    input: '{}',
    error: 'BR-E0106',
    cause: 'why',
  });
  await executions.stop(arn, 'asked for');
  expect(JSON.parse(asked['StopExecution'] ?? '')).toMatchObject({ executionArn: arn, cause: 'asked for' });
  executions.destroy();

  const refusal = (name: string): Answer => ({ status: 400, body: JSON.stringify({ __type: name, message: 'no' }) });
  const refusing = await served({
    StartExecution: refusal('ExecutionAlreadyExists'),
    DescribeExecution: refusal('ExecutionDoesNotExist'),
    StopExecution: refusal('AccessDeniedException'),
  });
  const others = createExecutions(refusing.options);
  expect(await others.start('machine', { name: 'one', input: '{}' })).toEqual({ kind: 'taken' });
  expect(await others.look(arn)).toBeUndefined();
  await expect(others.stop(arn, 'x')).rejects.toMatchObject({
    code: 'BR-E0501',
    hint: expect.stringContaining('states:StopExecution'),
  });
  others.destroy();
});

test('what a function answers and what it throws are values; a refusal says which permission is missing', async () => {
  const invocations = (name: string): string => `/2015-03-31/functions/${name}/invocations`;
  const thrown = { errorType: 'BR-E0207', errorMessage: 'it is over' };
  const { options, asked } = await served({
    [invocations('good')]: { status: 200, body: '{"file":"f-1"}' },
    [invocations('bad')]: { status: 200, body: JSON.stringify(thrown), headers: { 'x-amz-function-error': 'Unhandled' } },
    [invocations('mine')]: {
      status: 403,
      body: '{"Message":"not you"}',
      headers: { 'x-amzn-errortype': 'AccessDeniedException', 'content-type': 'application/json' },
    },
  });
  const functions = createFunctions(options);
  expect(await functions.invoke('good', { do: 'pause' })).toEqual({ kind: 'answered', value: { file: 'f-1' } });
  expect(asked[invocations('good')]).toBe('{"do":"pause"}');
  expect(await functions.invoke('bad', {})).toEqual({ kind: 'failed', error: 'BR-E0207', message: 'it is over' });
  await expect(functions.invoke('mine', {})).rejects.toMatchObject({
    code: 'BR-E0501',
    hint: expect.stringContaining('lambda:InvokeFunction'),
  });
  functions.destroy();
});
