import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDeployment } from './deployment.ts';

// What has to be shown of a stack that stands otherwise than moto can make one. The whole story is told in testkit/deploy.

let server: Server;
/** The stack that the account has: its state and its kind. */
let stack: { status: string; kind?: string } | undefined;

beforeEach(async () => {
  stack = undefined;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { status, text } = answerTo(new URLSearchParams(body).get('Action'));
    response.writeHead(status, { 'content-type': 'text/xml' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** STS and CloudFormation in the two answers that are asked for, by their API references. */
function answerTo(action: string | null): { status: number; text: string } {
  const wrap = (text: string): string => `<${action}Response><${action}Result>${text}</${action}Result></${action}Response>`;
  if (action === 'GetCallerIdentity') {
    return { status: 200, text: wrap('<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/me</Arn>') };
  }
  if (stack === undefined) {
    const error = '<Error><Code>ValidationError</Code><Message>Stack with id Runs does not exist</Message></Error>';
    return { status: 400, text: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  const tag = stack.kind === undefined ? '' : `<member><Key>batchrock</Key><Value>${stack.kind}</Value></member>`;
  const facts = `<StackName>Runs</StackName><StackStatus>${stack.status}</StackStatus><Tags>${tag}</Tags>`;
  return { status: 200, text: wrap(`<Stacks><member>${facts}</member></Stacks>`) };
}

const open = (options: { region?: string; force?: boolean } = {}) =>
  openDeployment({ request: { kind: 'orchestrator', stackName: 'Runs' }, region: 'us-east-1', onStep: () => {}, ...options });

describe('a stack of the account', () => {
  it('that bears the tag of its kind is ours, and no other is', async () => {
    stack = { status: 'CREATE_COMPLETE', kind: 'orchestrator' };
    await expect(open()).resolves.toMatchObject({ account: '123456789012', before: { status: 'CREATE_COMPLETE' } });
    stack = { status: 'CREATE_COMPLETE', kind: 'queue' };
    await expect(open()).rejects.toMatchObject({ code: 'BR-E0216', message: 'stack Runs is of kind queue, not orchestrator' });
    stack = { status: 'CREATE_COMPLETE' };
    await expect(open()).rejects.toMatchObject({ code: 'BR-E0216', message: 'stack Runs bears no tag batchrock=orchestrator' });
    await expect(open({ force: true })).resolves.toMatchObject({ stackName: 'Runs' });
  });

  it('that another change is at work on is not touched', async () => {
    stack = { status: 'UPDATE_IN_PROGRESS', kind: 'orchestrator' };
    const deployment = await open();
    const refusal = { code: 'BR-E0511', message: 'stack Runs is in UPDATE_IN_PROGRESS' };
    await expect(deployment.deploy()).rejects.toMatchObject(refusal);
    await expect(deployment.destroy()).rejects.toMatchObject(refusal);
  });

  it('that only a change set has begun is not there yet', async () => {
    stack = { status: 'REVIEW_IN_PROGRESS' };
    await expect(open()).resolves.toMatchObject({ before: undefined });
  });

  it('that is not there can neither be listed nor removed', async () => {
    const deployment = await open();
    const refusal = { code: 'BR-E0215', message: 'there is no stack Runs in us-east-1 of account 123456789012' };
    await expect(deployment.resources()).rejects.toMatchObject(refusal);
    await expect(deployment.destroy()).rejects.toMatchObject(refusal);
  });
});

describe('the Region', () => {
  it('has to be said, in a shape that Regions have', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) vi.stubEnv(name, '');
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
    await expect(open({ region: undefined })).rejects.toMatchObject({
      code: 'BR-E0112',
      hint: expect.stringContaining('--region'),
    });
    await expect(open({ region: 'Virginia' })).rejects.toMatchObject({ code: 'BR-E0120' });
  });
});
